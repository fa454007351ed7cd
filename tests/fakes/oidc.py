"""An OpenID Connect provider on this machine: one person who always agrees, and counted requests."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

CLIENT_ID, SECRET = "vivavoce", "a secret of the two parties that is long enough"
CODE, ACCESS_TOKEN = "code-1", "access-1"


class FakeOpenIdProvider(ThreadingHTTPServer):
    """Answers discovery, authorization, token and user info; `claims` is who logs in.

    `is_down`: the token endpoint answers 503.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.claims: dict[str, object] = {
            "sub": "dora-1",
            "email": "dora@example.com",
            "email_verified": True,
            "name": "Dora",
        }
        self.is_down = False
        self.token_forms: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer_to(self, location: str) -> str:
        """Return where the provider sends the browser after the person has agreed."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        return f"{asked['redirect_uri']}?{urlencode({'code': CODE, 'state': asked['state']})}"


class _Handler(BaseHTTPRequestHandler):
    server: FakeOpenIdProvider

    def do_GET(self) -> None:
        url = self.server.url
        if self.path == "/.well-known/openid-configuration":
            self._answer(
                {
                    "issuer": url,
                    "authorization_endpoint": f"{url}/authorize",
                    "token_endpoint": f"{url}/token",
                    "userinfo_endpoint": f"{url}/userinfo",
                    "jwks_uri": f"{url}/jwks",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        elif self.path == "/userinfo" and self.headers["Authorization"] == f"Bearer {ACCESS_TOKEN}":
            self._answer(self.server.claims)
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        form = {name: values[0] for name, values in sent.items()}
        self.server.token_forms.append(form)
        if self.server.is_down:
            self.send_error(503)
        elif (form["code"], form["client_secret"]) != (CODE, SECRET):
            self.send_error(400)
        else:
            now = int(time.time())
            claims = {
                **self.server.claims,
                "iss": self.server.url,
                "aud": CLIENT_ID,
                "iat": now,
                "exp": now + 60,
            }
            token = jwt.encode(claims, SECRET, algorithm="HS256")
            self._answer({"access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": token})

    def _answer(self, answer: dict[str, object]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Write nothing to the terminal."""


@contextmanager
def open_id_provider() -> Iterator[FakeOpenIdProvider]:
    with FakeOpenIdProvider() as provider:
        thread = threading.Thread(target=provider.serve_forever, name="oidc")
        thread.start()
        try:
            yield provider
        finally:
            provider.shutdown()
            thread.join()
