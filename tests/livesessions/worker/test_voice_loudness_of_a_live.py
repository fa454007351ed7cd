import pytest

from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session, start_session
from speech.models import VoiceProfile
from tenants.threads import in_thread
from tests.livesessions.conftest import eventually, running_worker


@pytest.mark.django_db(transaction=True)
async def test_a_live_leaves_behind_how_loud_its_voice_is(show: Show) -> None:
    def start() -> LiveSession:
        session = create_session(show=show, source=LiveSession.Source.SIMULATOR)
        return start_session(session=session)

    def loudness() -> float | None:
        return VoiceProfile.objects.get(id=show.voice_id).loudness_lufs

    async with running_worker():
        session = await in_thread(start)
        await eventually(lambda: LiveSession.objects.get(id=session.id).status == LiveSession.Status.ACTIVE)
        await eventually(lambda: Reply.objects.filter(session=session, voice="pico/clara").exists())
    assert -40 < (await in_thread(loudness) or 0.0) < -5
