from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from tenants.models import ApiToken, User


class ApiTokenAuthentication(BaseAuthentication):
    """Authenticates `Authorization: Bearer vv_…`, with the token that the middleware has found."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        token: ApiToken | None = request._request.api_token  # type: ignore[attr-defined]
        if token is not None and token.created_by is not None:
            return token.created_by, token
        if request.headers.get("Authorization"):
            raise AuthenticationFailed(_("This API token does not work. Create one in the web app."))
        return None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Vivavoce"'
