"""Every door, for every plan, in every state; and every limited action asks a door."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django_scopes import scope

from billing.errors import PAYMENT_REQUIRED, PlanRefused
from billing.models.account import BillingAccount
from billing.models.ledger import Grant
from billing.plans import doors
from billing.plans.catalogue import ADD_ONS, PLANS, Feature, Limit, Meter, Plan
from billing.plans.doors import DOORS, Door, refusal
from billing.plans.entitlements import account_of, entitlements_from, entitlements_of, self_hosted
from encoder.models import StreamTarget
from encoder.services import check_target, save_target
from encoder.signals import StreamUse
from knowledge.services.sources import add_source
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session, start_session
from livesessions.shows.services.shows import change_show
from overlay.models import Overlay
from overlay.services import save_layout
from providers.models import Credential
from providers.services import save_credential
from rehearsals.studio import services as studio
from rehearsals.studio.line_runner import ViewerLine
from rehearsals.studio.persona_setup import build_setup
from speech.runtime import preview
from speech.services.voices import create_voice
from tenants.models import User
from tenants.services import create_tenant
from tenants.team.invitations import create_invitation
from tests.architecture.sources import APPS, ROOT, files, layers, tree
from tests.billing.plans import give_plan

State = BillingAccount.State
READ_ONLY = {State.READ_ONLY, State.ENDED}
ALL = [*product(PLANS.values(), State)]
by_plan_and_state = pytest.mark.parametrize(
    ("plan", "state"), ALL, ids=[f"{plan.key}-{state}" for plan, state in ALL]
)


def account(plan: Plan, state: str) -> BillingAccount:
    return BillingAccount(tenant_id=uuid4(), plan=plan.key, state=state)


def code(refused: PlanRefused | None) -> str:
    assert refused is None or (refused.status == PAYMENT_REQUIRED and refused.user_message)
    return refused.code if refused else ""


@by_plan_and_state
@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_a_door_is_open_as_the_plan_says_and_closed_when_the_workspace_is_read_only(
    door: Door, plan: Plan, state: State
) -> None:
    given = entitlements_from(account(plan, state), now=timezone.now())
    most = plan.limits.get(door.limit, 0) if door.limit else 1
    last_place = {"in_use": most - 1, "left": 1}
    no_place = {"in_use": most, "left": 1}
    nothing_left = {"in_use": most - 1, "left": 0}
    if state in READ_ONLY:
        expected = {"plan_ended"} if state == State.ENDED else {"trial_ended", "payment_overdue"}
        assert code(refusal(door, given, in_use=0, left=10)) in expected
    elif door.feature and door.feature not in plan.features:
        assert code(refusal(door, given, **last_place)) == f"{door.feature}_not_in_plan"
    else:
        assert code(refusal(door, given, **last_place)) == ""
        assert code(refusal(door, given, **no_place)) == (f"{door.limit}_limit" if door.limit else "")
        assert code(refusal(door, given, **nothing_left)) == (f"{door.meter}_used_up" if door.meter else "")


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_every_door_is_open_when_self_hosted(door: Door) -> None:
    assert refusal(door, self_hosted(uuid4()), in_use=1_000, left=0) is None


def test_every_limit_feature_and_meter_of_the_catalogue_is_asked_by_a_door() -> None:
    asked = {subject for door in DOORS.values() for subject in (door.limit, door.feature, door.meter)}
    assert [each for kind in (Limit, Feature, Meter) for each in kind if each not in asked] == []


def test_what_is_sold_opens_no_door_of_an_app_that_does_not_exist() -> None:
    awaited = [door for door in DOORS.values() if door.awaits]
    subjects = {each for door in awaited for each in (door.limit, door.feature, door.meter) if each}
    for add_on in ADD_ONS.values():
        gives = {*add_on.limits, *add_on.features, *add_on.grants}
        assert add_on.is_sold == (not gives & subjects), add_on.key


# --- who asks the doors -------------------------------------------------------------------------------


@dataclass
class Scene:
    """What the actions act on. Alice owns the show's workspace."""

    show: Show
    alice: User

    def session(self) -> LiveSession:
        session: LiveSession = LiveSession.objects.create(
            tenant=self.show.tenant, show=self.show, source="simulator"
        )
        return session

    def invite(self) -> None:
        create_invitation(tenant=self.show.tenant, by=self.alice, email="dora@example.com", role="viewer")

    def choose_voice(self, provider: str) -> None:
        create_voice(tenant=self.show.tenant, name="Nota", provider=provider, language="it")

    def hear(self, provider: str) -> None:
        voice = self.show.voice
        voice.provider = provider
        preview.preview_voice(profile=voice, text="Ciao", user=self.alice)

    def choose_presenter(self) -> None:
        overlay = Overlay.objects.get(id=self.show.overlay_id)
        layout = overlay.whole_layout
        layout["avatar"] = "presenter"
        save_layout(overlay=Overlay.objects.get(id=overlay.id), layout=layout)

    def stream(self, size: str = "720x1280") -> None:
        use = StreamUse(self.show.id, self.show.name, "/")
        save_target(tenant=self.show.tenant, use=use, url="rtmp://127.0.0.1/live", key="stream-1", size=size)

    def check_stream(self) -> None:
        check_target(target=self.target())

    def go_live_managed(self) -> None:
        self.target().save()
        self.show.mode = Show.Mode.MANAGED
        self.show.save(update_fields=["mode"])
        create_session(show=self.show, source=LiveSession.Source.BRIDGE)

    def target(self) -> StreamTarget:
        save_credential(
            tenant=self.show.tenant,
            kind=Credential.Kind.STREAM,
            provider=str(self.show.id),
            secret="stream-1",
        )
        return StreamTarget(tenant=self.show.tenant, use_id=self.show.id, url="rtmp://127.0.0.1/live")

    def add_document(self) -> None:
        add_source(tenant=self.show.tenant, kind="file", name="a.txt", data=b"Prices")

    def rehearse(self) -> None:
        setup = build_setup(persona=self.show.persona, show=self.show)
        studio.answer_line(setup=setup, line=ViewerLine("Ciao"), user=self.alice)

    def compare(self) -> None:
        setup = build_setup(persona=self.show.persona, show=self.show)
        studio.answer_with_each(setups=[(setup, 0)], line=ViewerLine("Ciao"), user=self.alice)


# Every function of the product that names a door, with the door and an action that passes it.
ACTIONS: list[tuple[str, Door, Callable[[Scene], Any]]] = [
    (
        "livesessions/services/sessions.py:create_session",
        doors.START_LIVE,
        lambda s: create_session(show=s.show, source="simulator"),
    ),
    (
        "livesessions/services/sessions.py:start_session",
        doors.START_LIVE,
        lambda s: start_session(session=s.session()),
    ),
    ("billing/receivers.py:refuse_seat_beyond_plan", doors.ADD_MEMBER, Scene.invite),
    (
        "billing/plans/workspaces.py:require_workspace",
        doors.CREATE_WORKSPACE,
        lambda s: create_tenant(owner=s.alice, name="Second", language="it"),
    ),
    ("billing/plans/workspaces.py:agency_of", doors.CREATE_WORKSPACE, lambda s: None),
    (
        "speech/services/plan_voices.py:door_of",
        doors.CLOUD_VOICE,
        lambda s: s.choose_voice("openai"),
    ),
    (
        "speech/services/plan_voices.py:door_of",
        doors.PREMIUM_VOICE,
        lambda s: s.choose_voice("elevenlabs"),
    ),
    ("website/golive/checks.py:_credit", doors.START_LIVE, lambda s: None),
    ("overlay/services.py:save_layout", doors.ANIMATED_AVATAR, Scene.choose_presenter),
    ("encoder/services.py:save_target", doors.FULL_HD, lambda s: s.stream("1080x1920")),
    ("encoder/readiness.py:require_managed_mode", doors.MANAGED_LIVE, Scene.stream),
    ("encoder/readiness.py:require_managed_mode", doors.MANAGED_LIVE, Scene.check_stream),
    (
        "encoder/readiness.py:require_managed_mode",
        doors.MANAGED_LIVE,
        lambda s: change_show(show=s.show, mode=Show.Mode.MANAGED),
    ),
    ("encoder/readiness.py:require_stream", doors.MANAGED_LIVE, Scene.go_live_managed),
    ("knowledge/services/sources.py:_add", doors.ADD_DOCUMENT, Scene.add_document),
    ("rehearsals/studio/services.py:answer_line", doors.USE_MODEL, Scene.rehearse),
    ("rehearsals/studio/services.py:answer_with_each", doors.USE_MODEL, Scene.compare),
]
# They ask which plan is used, or say what would be refused, and refuse nothing.
DECIDED_BY = {"agency_of", "_credit"}


def asked_doors() -> Iterator[tuple[str, str]]:
    """Yield each place of the product that names a door, as `path:function`, with the door's name."""
    for path in files(*APPS):
        if path == ROOT / "billing/plans/doors.py":
            continue
        for function in ast.walk(tree(path)):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            body = ast.Module(function.body, [])  # without its decorators: they ask nothing
            for node in ast.walk(body):
                if (
                    isinstance(node, ast.Attribute)
                    and ast.unparse(node.value) == "doors"
                    and node.attr.isupper()
                ):
                    yield f"{path.relative_to(ROOT)}:{function.name}", node.attr


def test_every_limited_action_has_an_entry_and_every_door_is_asked() -> None:
    named = {name: door.key for name, door in vars(doors).items() if isinstance(door, Door)}
    assert sorted(named.values()) == sorted(DOORS)
    asked = {(place, named[name]) for place, name in asked_doors()}
    assert asked == {(place, door.key) for place, door, _action in ACTIONS}
    unasked = DOORS.keys() - {key for _place, key in asked}
    assert unasked == {door.key for door in DOORS.values() if door.awaits}
    present = {path.name for path in ROOT.iterdir() if path.is_dir()}
    later = {app for layer in layers() for app in layer} - present
    assert {door.awaits for door in DOORS.values() if door.awaits} <= later, "this app is here: ask its doors"


@pytest.fixture
def scene(
    show: Show, alice: User, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    settings.BILLING_ENABLED = True
    settings.ELEVENLABS_API_KEY = settings.OPENAI_API_KEY = "a-key-of-the-installation"
    for module in (preview, studio):  # nothing is said or spoken behind an open door
        monkeypatch.setattr(module, "run_preview", lambda *args, **kwargs: None)
    monkeypatch.setattr("encoder.services.take", lambda limits: 0)
    with scope(tenant=show.tenant):
        yield Scene(show, alice)


def run(action: Callable[[], Any]) -> str:
    """Return the code with which an action is refused, empty if it is not; nothing of it stays."""
    with transaction.atomic():
        try:
            action()
            return ""
        except PlanRefused as error:
            return error.code
        finally:
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("door", "action"),
    [(door, action) for place, door, action in ACTIONS if place.rpartition(":")[2] not in DECIDED_BY],
    ids=[f"{place}-{door.key}" for place, door, _ in ACTIONS if place.rpartition(":")[2] not in DECIDED_BY],
)
def test_an_action_is_refused_for_the_same_plans_and_states_as_its_door(
    door: Door, action: Callable[[Scene], Any], scene: Scene
) -> None:
    for plan, state in ALL:
        give_plan(scene.show.tenant, plan.key, state)
        given = entitlements_of(scene.show.tenant_id)
        in_use = 1 if door in (doors.CREATE_WORKSPACE, doors.ADD_MEMBER) else 0
        expected = code(refusal(door, given, in_use=in_use, left=None))
        assert run(lambda: action(scene)) == expected, (plan.key, state)


@pytest.mark.parametrize(
    ("door", "action"),
    [
        (doors.START_LIVE, lambda s: create_session(show=s.show, source="simulator")),
        (doors.START_LIVE, lambda s: start_session(session=s.session())),
        (doors.PREMIUM_VOICE, lambda s: s.hear("elevenlabs")),
        (doors.CLOUD_VOICE, lambda s: s.hear("openai")),
        (doors.USE_MODEL, Scene.rehearse),
        (doors.USE_MODEL, Scene.compare),
    ],
)
def test_an_action_is_refused_when_its_meter_is_used_up(
    door: Door, action: Callable[[Scene], Any], scene: Scene
) -> None:
    give_plan(scene.show.tenant, "managed")
    assert run(lambda: action(scene)) == ""
    Grant.objects.filter(meter=door.meter).update(used=F("quantity"))
    assert run(lambda: action(scene)) == f"{door.meter}_used_up"


def test_the_embedded_voice_is_heard_in_every_state(scene: Scene) -> None:
    for plan, state in ALL:
        give_plan(scene.show.tenant, plan.key, state)
        assert run(lambda: scene.hear("espeak")) == ""


def test_a_live_beyond_the_plan_is_not_started_also_in_another_workspace_of_the_agency(
    scene: Scene, other_show: Show
) -> None:
    give_plan(scene.show.tenant, "self")
    start_session(session=scene.session())
    give_plan(other_show.tenant, "trial", State.ENDED, paid_by=account_of(scene.show.tenant_id))
    with scope(tenant=other_show.tenant):
        second = create_session(show=other_show, source="simulator")
        assert run(lambda: start_session(session=second)) == "concurrent_lives_limit"
        give_plan(scene.show.tenant, "managed")
        assert run(lambda: start_session(session=second)) == ""


def test_starting_a_started_live_again_is_not_refused(scene: Scene) -> None:
    give_plan(scene.show.tenant, "self")
    session = start_session(session=scene.session())
    give_plan(scene.show.tenant, "self", State.READ_ONLY)
    assert start_session(session=session).start_requested_at == session.start_requested_at
