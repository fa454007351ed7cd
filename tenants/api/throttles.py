from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from tenants.models import ApiToken

if TYPE_CHECKING:
    from rest_framework.views import APIView  # at run time it imports this module


class ApiTokenThrottle(SimpleRateThrottle):
    """Limits the request rate of each API token; counted in the cache, so not while Redis is away."""

    scope = "token"

    def get_cache_key(self, request: Request, view: "APIView") -> str | None:
        if not isinstance(request.auth, ApiToken):
            return None
        return self.cache_format % {"scope": self.scope, "ident": request.auth.id}


class EmergencyThrottle(ApiTokenThrottle):
    """Counts what must always work, such as a mute, apart from a token's other requests."""

    scope = "emergency"
