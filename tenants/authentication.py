from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from tenants.models import ApiToken, User


class ApiTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer vv_…`. The middleware has looked the token up and opened its tenant's scope."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        token: ApiToken | None = request._request.api_token  # type: ignore[attr-defined]
        if token is None:
            if request.headers.get("Authorization"):
                raise AuthenticationFailed("This API token is unknown or revoked. Make a new one in the web app.")
            return None
        if token.created_by is None or not token.created_by.is_active:
            raise AuthenticationFailed("The person who made this API token is gone. Make a new one in the web app.")
        return token.created_by, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
