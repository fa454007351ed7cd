from dataclasses import dataclass

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.lines import say_line
from overlay.testing.services import OverlaySample, OverlayTestTarget, run_overlay_test
from overlay.testing.spoken_line import OverlayTestOutcome


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that has not ended, as an overlay test sees it."""

    session: LiveSession

    @property
    def is_muted(self) -> bool:
        return self.session.muted

    @property
    def has_started(self) -> bool:
        return self.session.started_at is not None

    def say(self, text: str) -> None:
        say_line(session=self.session, text=text)


def run_show_overlay_test(*, show: Show, sample: OverlaySample) -> OverlayTestOutcome:
    """Show or say a sample on a show's overlay; raise what `run_overlay_test` raises. Blocks."""
    session = LiveSession.objects.filter(show=show).exclude(status=LiveSession.Status.ENDED).first()
    target = OverlayTestTarget(
        show_id=show.id,
        overlay_id=show.overlay_id,
        language=show.language,
        voice=show.voice,
        live=OpenSession(session) if session is not None else None,
        is_on_air=LiveSession.objects.filter(show=show, status=LiveSession.Status.ACTIVE).exists,
    )
    return run_overlay_test(target=target, sample=sample)
