"""The audio of replies: kept where a show asks for it, heard again in the report, deleted in time."""

import io
import wave
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.utils import timezone
from django_scopes import scopes_disabled

from livesessions.eventlog.retention import delete_old_audio
from livesessions.models.replies import REPLY_AUDIO, ReplyAudio, audio_key
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.worker.reply_audio import FinishedReply, ReplyAudioSink, ReplyAudioStore, encode_wav
from providers.object_store import TenantObjects
from speech.stage.audio import AudioChunk
from tenants.models import Tenant, User
from tenants.services import delete_tenant
from tests.reports.conftest import AddReply

pytestmark = pytest.mark.django_db

ClientFor = Callable[[User], Client]
RATE = 1_000
CHUNK = AudioChunk(b"\x01\x00" * 100, RATE)


class FakeStore(ReplyAudioStore):
    """Collects what it is given."""

    def __init__(self) -> None:
        self.kept: list[FinishedReply] = []

    def keep(self, reply: FinishedReply) -> None:
        self.kept.append(reply)


def objects_of(tenant_id: UUID) -> TenantObjects:
    return TenantObjects(REPLY_AUDIO, tenant_id)


@pytest.fixture
def kept(ended: LiveSession, add_reply: AddReply) -> ReplyAudio:
    """A reply whose audio is kept: 200 bytes of sound."""
    reply = add_reply(5)
    sound = encode_wav(CHUNK.pcm, RATE)
    row = ReplyAudio.objects.create(reply_id=reply.id, tenant=ended.tenant, session=ended, size=len(sound))
    objects_of(ended.tenant_id).put(audio_key(ended.id, reply.id), sound)
    return row


def path_of(audio: ReplyAudio) -> str:
    return f"/lives/{audio.session_id}/replies/{audio.reply_id}/audio.wav"


def test_shows_keep_no_audio_unless_they_are_asked_to(show: Show) -> None:
    assert show.keeps_audio is False


async def test_a_reply_is_kept_when_it_ends_or_is_cut(session: LiveSession) -> None:
    store = FakeStore()
    sink = ReplyAudioSink(session, store)
    said, cut, muted = uuid4(), uuid4(), uuid4()
    for reply in (said, cut, muted):
        await sink.begin(reply, "Ciao")
        await sink.audio(reply, 0, CHUNK)
    await sink.audio(said, 1, CHUNK)
    await sink.end(said, 200)
    await sink.cut(cut)
    await sink.set_muted(True)
    assert [(each.reply_id, len(each.pcm)) for each in store.kept] == [(said, 400), (cut, 200), (muted, 200)]
    assert {each.tenant_id for each in store.kept} == {session.tenant_id}


async def test_a_reply_and_a_live_have_a_limit(session: LiveSession) -> None:
    store = FakeStore()
    sink = ReplyAudioSink(session, store, max_reply_s=1, max_live_bytes=3_000)
    for reply in (uuid4(), uuid4()):
        for sequence in range(11):
            await sink.audio(reply, sequence, CHUNK)
        await sink.end(reply, 1_100)
    assert [len(each.pcm) for each in store.kept] == [2_000]


def test_the_report_offers_the_audio_of_the_replies_that_have_it(
    kept: ReplyAudio, add_reply: AddReply, alice: User, client_for: ClientFor
) -> None:
    add_reply(9)
    page = client_for(alice).get(f"/lives/{kept.session_id}/report/").content.decode()
    assert page.count("<audio") == 1
    assert path_of(kept) in page


def test_the_audio_is_a_wave_file(kept: ReplyAudio, alice: User, client_for: ClientFor) -> None:
    answer = client_for(alice).get(path_of(kept))
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.readframes(100)) == (1, RATE, CHUNK.pcm)
    assert answer["Content-Type"] == "audio/wav"


@pytest.mark.parametrize(
    ("asked", "status", "range_", "length"),
    [
        ("bytes=0-9", 206, "bytes 0-9/244", 10),
        ("bytes=240-", 206, "bytes 240-243/244", 4),
        ("bytes=-4", 206, "bytes 240-243/244", 4),
        ("bytes=0-999", 206, "bytes 0-243/244", 244),
        ("bytes=244-", 416, "bytes */244", 0),
        ("bytes=9-3", 416, "bytes */244", 0),
        ("bytes=-", 200, None, 244),
        ("bytes=0-1,5-6", 200, None, 244),
        ("lines=0-1", 200, None, 244),
    ],
)
def test_a_player_may_ask_for_a_part(
    kept: ReplyAudio,
    alice: User,
    client_for: ClientFor,
    asked: str,
    status: int,
    range_: str | None,
    length: int,
) -> None:
    answer = client_for(alice).get(path_of(kept), headers={"range": asked})
    assert (answer.status_code, answer.headers.get("Content-Range")) == (status, range_)
    assert len(answer.content) == length


def test_charlie_hears_nothing_of_alice(
    kept: ReplyAudio, other_session: LiveSession, charlie: User, client_for: ClientFor
) -> None:
    stranger = client_for(charlie)
    assert stranger.get(path_of(kept)).status_code == 404
    mixed = f"/lives/{other_session.id}/replies/{kept.reply_id}/audio.wav"
    assert stranger.get(mixed).status_code == 404


def test_a_lost_file_is_not_found(kept: ReplyAudio, alice: User, client_for: ClientFor) -> None:
    objects_of(kept.tenant_id).delete(audio_key(kept.session_id, kept.reply_id))
    assert client_for(alice).get(path_of(kept)).status_code == 404


def test_retention_deletes_old_audio_and_its_file(
    kept: ReplyAudio, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    now = timezone.now()
    assert delete_old_audio(now) == 0
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        assert delete_old_audio(now + timedelta(days=31)) == 1
    assert not objects_of(kept.tenant_id).exists(audio_key(kept.session_id, kept.reply_id))


def test_with_a_workspace_goes_all_of_its_audio(
    kept: ReplyAudio, tenant: Tenant, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    tenant_id = tenant.id
    with django_capture_on_commit_callbacks(execute=True), scopes_disabled():  # type: ignore[attr-defined]
        LiveSession.objects.filter(tenant=tenant).delete()
        Show.objects.filter(tenant=tenant).delete()
        delete_tenant(tenant=tenant)
    assert not objects_of(tenant_id).exists(audio_key(kept.session_id, kept.reply_id))


@pytest.mark.django_db(transaction=True)
async def test_the_store_writes_the_row_and_the_file(session: LiveSession) -> None:
    store = ReplyAudioStore()
    reply = FinishedReply(session.tenant_id, session.id, uuid4(), CHUNK.pcm, RATE)
    await store._store(reply)
    await store._store(reply)
    row = await sync_to_async(ReplyAudio.objects.get)()
    assert (row.reply_id, row.size) == (reply.reply_id, 244)
    store.close()
