"""A client of Vivavoce's REST API: one method for each operation. Needs httpx.

    with Vivavoce("https://vivavoce.example", "vv_your_token") as api:
        show = api.create_show(name="Saturday night")
        live = api.create_session(show=show["id"], source="simulator")
        api.start(live["id"])

Generated from the OpenAPI document (/api/v1/openapi.json): change nothing here.
"""

from types import TracebackType
from typing import Any, Self

import httpx


class ApiError(Exception):
    """Raised for every answer that is an error. `code` is for programs, the message for people."""

    def __init__(self, status: int, answer: dict[str, Any]) -> None:
        super().__init__(answer.get("detail", f"HTTP {status}"))
        self.status = status
        self.code = str(answer.get("code", ""))
        self.errors: dict[str, list[str]] = answer.get("errors", {})


class Vivavoce:
    """The API of one workspace. Use it as a context manager, or call `close`."""

    def __init__(self, url: str, token: str, *, timeout_s: float = 10.0) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=url.rstrip("/") + "/api/v1", headers=headers, timeout=timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        body: dict[str, Any] | None = None,
        files: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        given = {name: value for name, value in (query or {}).items() if value is not None}
        answer = self._http.request(method, path, params=given, json=body, files=files)
        found: dict[str, Any] = answer.json() if answer.content else {}
        if answer.is_error:
            raise ApiError(answer.status_code, found)
        return found

    def read_root(
        self,
    ) -> dict[str, Any]:
        """List the resources and the documents."""
        return self._ask(
            "GET",
            "/",
        )

    def read_billing(
        self,
    ) -> dict[str, Any]:
        """Read the plan, its state and limits, and what is left of each meter."""
        return self._ask(
            "GET",
            "/billing/",
        )

    def list_personas(
        self,
        *,
        limit: Any = None,
        offset: Any = None,
    ) -> dict[str, Any]:
        """List the personas, newest first."""
        return self._ask(
            "GET",
            "/personas/",
            query={"limit": limit, "offset": offset},
        )

    def create_persona(
        self,
        *,
        name: str,
        system_prompt: str,
        **fields: Any,
    ) -> dict[str, Any]:
        """Create a persona."""
        return self._ask(
            "POST",
            "/personas/",
            body={"name": name, "system_prompt": system_prompt, **fields},
        )

    def read_persona(
        self,
        persona_id: str,
    ) -> dict[str, Any]:
        """Read a persona."""
        return self._ask(
            "GET",
            f"/personas/{persona_id}/",
        )

    def change_persona(
        self,
        persona_id: str,
        **fields: Any,
    ) -> dict[str, Any]:
        """Change a persona."""
        return self._ask(
            "PATCH",
            f"/personas/{persona_id}/",
            body={**fields},
        )

    def delete_persona(
        self,
        persona_id: str,
    ) -> dict[str, Any]:
        """Delete a persona that no show uses."""
        return self._ask(
            "DELETE",
            f"/personas/{persona_id}/",
        )

    def list_pronunciations(
        self,
        *,
        limit: Any = None,
        offset: Any = None,
    ) -> dict[str, Any]:
        """List the pronunciations."""
        return self._ask(
            "GET",
            "/pronunciations/",
            query={"limit": limit, "offset": offset},
        )

    def create_pronunciation(
        self,
        *,
        written: str,
        spoken: str,
        **fields: Any,
    ) -> dict[str, Any]:
        """Create a pronunciation."""
        return self._ask(
            "POST",
            "/pronunciations/",
            body={"written": written, "spoken": spoken, **fields},
        )

    def read_pronunciation(
        self,
        pronunciation_id: str,
    ) -> dict[str, Any]:
        """Read a pronunciation."""
        return self._ask(
            "GET",
            f"/pronunciations/{pronunciation_id}/",
        )

    def change_pronunciation(
        self,
        pronunciation_id: str,
        **fields: Any,
    ) -> dict[str, Any]:
        """Change a pronunciation."""
        return self._ask(
            "PATCH",
            f"/pronunciations/{pronunciation_id}/",
            body={**fields},
        )

    def delete_pronunciation(
        self,
        pronunciation_id: str,
    ) -> dict[str, Any]:
        """Delete a pronunciation."""
        return self._ask(
            "DELETE",
            f"/pronunciations/{pronunciation_id}/",
        )

    def list_sessions(
        self,
        *,
        limit: Any = None,
        offset: Any = None,
    ) -> dict[str, Any]:
        """List the lives, newest first."""
        return self._ask(
            "GET",
            "/sessions/",
            query={"limit": limit, "offset": offset},
        )

    def create_session(
        self,
        *,
        show: str,
        source: str,
        **fields: Any,
    ) -> dict[str, Any]:
        """Prepare a live."""
        return self._ask(
            "POST",
            "/sessions/",
            body={"show": show, "source": source, **fields},
        )

    def read_session(
        self,
        session_id: str,
    ) -> dict[str, Any]:
        """Read a live and its figures."""
        return self._ask(
            "GET",
            f"/sessions/{session_id}/",
        )

    def list_events(
        self,
        session_id: str,
        *,
        after: Any = None,
        limit: Any = None,
        since: Any = None,
    ) -> dict[str, Any]:
        """List what happened in the room, oldest first."""
        return self._ask(
            "GET",
            f"/sessions/{session_id}/events/",
            query={"after": after, "limit": limit, "since": since},
        )

    def post_events(
        self,
        session_id: str,
        *,
        events: list[Any],
    ) -> dict[str, Any]:
        """Post what happened in the room."""
        return self._ask(
            "POST",
            f"/sessions/{session_id}/events/",
            body={"events": events},
        )

    def list_held_replies(
        self,
        session_id: str,
    ) -> dict[str, Any]:
        """List the answers that wait for approval, oldest first."""
        return self._ask(
            "GET",
            f"/sessions/{session_id}/held/",
        )

    def read_kill(
        self,
        session_id: str,
    ) -> dict[str, Any]:
        """Read what a press of the kill switch has stopped so far."""
        return self._ask(
            "GET",
            f"/sessions/{session_id}/kill/",
        )

    def kill(
        self,
        session_id: str,
    ) -> dict[str, Any]:
        """Silence the overlay and end the live at once."""
        return self._ask(
            "POST",
            f"/sessions/{session_id}/kill/",
        )

    def mute(
        self,
        session_id: str,
    ) -> dict[str, Any]:
        """Silence the host at once."""
        return self._ask(
            "POST",
            f"/sessions/{session_id}/mute/",
        )

    def list_replies(
        self,
        session_id: str,
        *,
        before: Any = None,
        limit: Any = None,
    ) -> dict[str, Any]:
        """List what the host said, newest first."""
        return self._ask(
            "GET",
            f"/sessions/{session_id}/replies/",
            query={"before": before, "limit": limit},
        )

    def read_reply(
        self,
        session_id: str,
        reply_id: str,
    ) -> dict[str, Any]:
        """Read a reply."""
        return self._ask(
            "GET",
            f"/sessions/{session_id}/replies/{reply_id}/",
        )

    def approve_reply(
        self,
        session_id: str,
        reply_id: str,
        **fields: Any,
    ) -> dict[str, Any]:
        """Have the host say an answer that waits."""
        return self._ask(
            "POST",
            f"/sessions/{session_id}/replies/{reply_id}/approve/",
            body={**fields},
        )

    def reject_reply(
        self,
        session_id: str,
        reply_id: str,
    ) -> dict[str, Any]:
        """Drop an answer that waits."""
        return self._ask(
            "POST",
            f"/sessions/{session_id}/replies/{reply_id}/reject/",
        )

    def say(
        self,
        session_id: str,
        *,
        text: str,
    ) -> dict[str, Any]:
        """Have the host say a sentence."""
        return self._ask(
            "POST",
            f"/sessions/{session_id}/say/",
            body={"text": text},
        )

    def skip(
        self,
        session_id: str,
    ) -> dict[str, Any]:
        """Cut what the host is saying."""
        return self._ask(
            "POST",
            f"/sessions/{session_id}/skip/",
        )

    def start(
        self,
        session_id: str,
    ) -> dict[str, Any]:
        """Go on air."""
        return self._ask(
            "POST",
            f"/sessions/{session_id}/start/",
        )

    def stop(
        self,
        session_id: str,
    ) -> dict[str, Any]:
        """End the live."""
        return self._ask(
            "POST",
            f"/sessions/{session_id}/stop/",
        )

    def unmute(
        self,
        session_id: str,
    ) -> dict[str, Any]:
        """Let the host speak again."""
        return self._ask(
            "POST",
            f"/sessions/{session_id}/unmute/",
        )

    def list_shows(
        self,
        *,
        limit: Any = None,
        offset: Any = None,
    ) -> dict[str, Any]:
        """List the shows, newest first."""
        return self._ask(
            "GET",
            "/shows/",
            query={"limit": limit, "offset": offset},
        )

    def create_show(
        self,
        *,
        name: str,
        **fields: Any,
    ) -> dict[str, Any]:
        """Create a show."""
        return self._ask(
            "POST",
            "/shows/",
            body={"name": name, **fields},
        )

    def read_show(
        self,
        show_id: str,
    ) -> dict[str, Any]:
        """Read a show."""
        return self._ask(
            "GET",
            f"/shows/{show_id}/",
        )

    def change_show(
        self,
        show_id: str,
        **fields: Any,
    ) -> dict[str, Any]:
        """Change a show."""
        return self._ask(
            "PATCH",
            f"/shows/{show_id}/",
            body={**fields},
        )

    def delete_show(
        self,
        show_id: str,
    ) -> dict[str, Any]:
        """Delete a show with its overlay, rehearsals and lives."""
        return self._ask(
            "DELETE",
            f"/shows/{show_id}/",
        )

    def archive_show(
        self,
        show_id: str,
    ) -> dict[str, Any]:
        """Put a show into the archive."""
        return self._ask(
            "POST",
            f"/shows/{show_id}/archive/",
        )

    def read_overlay(
        self,
        show_id: str,
    ) -> dict[str, Any]:
        """Read the layout of a show's overlay."""
        return self._ask(
            "GET",
            f"/shows/{show_id}/overlay/",
        )

    def replace_overlay(
        self,
        show_id: str,
        **fields: Any,
    ) -> dict[str, Any]:
        """Replace the layout."""
        return self._ask(
            "PUT",
            f"/shows/{show_id}/overlay/",
            body={**fields},
        )

    def change_overlay(
        self,
        show_id: str,
        **fields: Any,
    ) -> dict[str, Any]:
        """Change parts of the layout."""
        return self._ask(
            "PATCH",
            f"/shows/{show_id}/overlay/",
            body={**fields},
        )

    def read_overlay_picture(
        self,
        show_id: str,
    ) -> dict[str, Any]:
        """Read the address of the avatar's own picture."""
        return self._ask(
            "GET",
            f"/shows/{show_id}/overlay/picture/",
        )

    def replace_overlay_picture(
        self,
        show_id: str,
        *,
        picture: bytes,
    ) -> dict[str, Any]:
        """Upload a picture for the avatar."""
        return self._ask(
            "PUT",
            f"/shows/{show_id}/overlay/picture/",
            files={"picture": picture},
        )

    def delete_overlay_picture(
        self,
        show_id: str,
    ) -> dict[str, Any]:
        """Delete the picture."""
        return self._ask(
            "DELETE",
            f"/shows/{show_id}/overlay/picture/",
        )

    def rotate_overlay(
        self,
        show_id: str,
    ) -> dict[str, Any]:
        """Give the overlay a new address."""
        return self._ask(
            "POST",
            f"/shows/{show_id}/overlay/rotate/",
        )

    def read_plan(
        self,
        show_id: str,
    ) -> dict[str, Any]:
        """Read the plan of a show."""
        return self._ask(
            "GET",
            f"/shows/{show_id}/plan/",
        )

    def replace_plan(
        self,
        show_id: str,
        *,
        segments: list[Any],
    ) -> dict[str, Any]:
        """Replace the plan of a show."""
        return self._ask(
            "PUT",
            f"/shows/{show_id}/plan/",
            body={"segments": segments},
        )

    def read_stream(
        self,
        show_id: str,
    ) -> dict[str, Any]:
        """Read where a show is streamed to."""
        return self._ask(
            "GET",
            f"/shows/{show_id}/stream/",
        )

    def replace_stream(
        self,
        show_id: str,
        *,
        url: str,
        **fields: Any,
    ) -> dict[str, Any]:
        """Store where a show is streamed to."""
        return self._ask(
            "PUT",
            f"/shows/{show_id}/stream/",
            body={"url": url, **fields},
        )

    def delete_stream(
        self,
        show_id: str,
    ) -> dict[str, Any]:
        """Delete the server URL and the key."""
        return self._ask(
            "DELETE",
            f"/shows/{show_id}/stream/",
        )

    def check_stream(
        self,
        show_id: str,
    ) -> dict[str, Any]:
        """Check the stream target."""
        return self._ask(
            "POST",
            f"/shows/{show_id}/stream/check/",
        )

    def unarchive_show(
        self,
        show_id: str,
    ) -> dict[str, Any]:
        """Take a show out of the archive."""
        return self._ask(
            "POST",
            f"/shows/{show_id}/unarchive/",
        )

    def list_voices(
        self,
        *,
        limit: Any = None,
        offset: Any = None,
    ) -> dict[str, Any]:
        """List the voices, newest first."""
        return self._ask(
            "GET",
            "/voices/",
            query={"limit": limit, "offset": offset},
        )

    def create_voice(
        self,
        *,
        name: str,
        **fields: Any,
    ) -> dict[str, Any]:
        """Create a voice."""
        return self._ask(
            "POST",
            "/voices/",
            body={"name": name, **fields},
        )

    def read_voice(
        self,
        voice_id: str,
    ) -> dict[str, Any]:
        """Read a voice."""
        return self._ask(
            "GET",
            f"/voices/{voice_id}/",
        )

    def change_voice(
        self,
        voice_id: str,
        **fields: Any,
    ) -> dict[str, Any]:
        """Change a voice."""
        return self._ask(
            "PATCH",
            f"/voices/{voice_id}/",
            body={**fields},
        )

    def delete_voice(
        self,
        voice_id: str,
    ) -> dict[str, Any]:
        """Delete a voice that no show uses."""
        return self._ask(
            "DELETE",
            f"/voices/{voice_id}/",
        )
