"""The doors: every action that a plan limits asks here, from pages, the API, jobs and workers alike.

A door is one entry of `DOORS`, and `require` is how it is asked. What a plan limits and no door asks, and a
door that nobody asks, fail a test (`tests/billing/test_doors.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from billing.errors import PlanRefused, payment_overdue, plan_ended, trial_ended
from billing.plans.catalogue import Feature, Limit, Meter
from billing.plans.entitlements import (
    Entitlements,
    ReadOnlyReason,
    entitlements_of,
    lock_account,
)
from billing.plans.meters import left_of


@dataclass(frozen=True, slots=True)
class Door:
    """An action that a plan limits, and the sentence for each way in which it is refused.

    - `limit`: may not be reached yet; `at_limit` has the placeholder `limit`.
    - `feature`: must be in the plan.
    - `meter`: must have something left.
    - `awaits`: the app that will ask the door, while it does not exist.

    A read-only workspace is refused at each door.
    """

    key: str
    limit: Limit | None = None
    at_limit: Promise | str = ""
    feature: Feature | None = None
    without_feature: Promise | str = ""
    meter: Meter | None = None
    at_zero: Promise | str = ""
    awaits: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes with which the API refuses this door, beside those of a read-only workspace."""
        asked = ((self.limit, "limit"), (self.feature, "not_in_plan"), (self.meter, "used_up"))
        return tuple(f"{subject.value}_{way}" for subject, way in asked if subject is not None)


START_LIVE = Door(
    "start_live",
    limit=Limit.CONCURRENT_LIVES,
    at_limit=ngettext_lazy(
        "Your plan has %(limit)d live at a time. End the other one first, or change the plan.",
        "Your plan has %(limit)d lives at a time. End one of them first, or change the plan.",
        "limit",
    ),
    meter=Meter.LIVE_SECONDS,
    at_zero=_("The live hours of your plan are used up. Buy more hours, or change the plan."),
)
ADD_MEMBER = Door(
    "add_member",
    limit=Limit.SEATS,
    at_limit=ngettext_lazy(
        "Your plan has room for %(limit)d person. Change the plan to invite more.",
        "Your plan has room for %(limit)d people, open invitations included. Remove one, or change the plan.",
        "limit",
    ),
)
CREATE_WORKSPACE = Door(
    "create_workspace",
    limit=Limit.WORKSPACES,
    at_limit=ngettext_lazy(
        "Your plan has %(limit)d workspace. The Agency plan has several.",
        "Your plan has %(limit)d workspaces. Delete one first.",
        "limit",
    ),
)
CLOUD_VOICE = Door(
    "cloud_voice",
    feature=Feature.CLOUD_VOICES,
    without_feature=_(
        "Your plan has the built-in voices only. Choose a plan with cloud voices, or store a key of your own."
    ),
    meter=Meter.VOICE_CHARACTERS,
    at_zero=_("The voice characters of your plan are used up. Buy more, or choose a built-in voice."),
)
PREMIUM_VOICE = Door(
    "premium_voice",
    feature=Feature.PREMIUM_VOICES,
    without_feature=_(
        "This is a premium voice. Add premium voices to your plan, or store a key of your own."
    ),
    meter=Meter.VOICE_CHARACTERS,
    at_zero=CLOUD_VOICE.at_zero,
)
ANIMATED_AVATAR = Door(
    "animated_avatar",
    feature=Feature.ANIMATED_AVATAR,
    without_feature=_("The presenter is an animated avatar. Add it to your plan, or choose another avatar."),
)
USE_MODEL = Door(
    "use_model",
    meter=Meter.TOKENS,
    at_zero=_("The tokens of your plan are used up. Buy more, or change the plan."),
)
MANAGED_LIVE = Door(
    "managed_live",
    feature=Feature.MANAGED_MODE,
    without_feature=_("We send the picture only in the Managed plan. Change the plan, or use OBS."),
    meter=Meter.ENCODER_SECONDS,
    at_zero=_("The encoder hours of your plan are used up. Change the plan, or use OBS."),
)
FULL_HD = Door(
    "full_hd",
    feature=Feature.FULL_HD,
    without_feature=_("Your plan sends the picture in 720p. Change the plan for 1080p."),
)
TRANSCRIBE_MEDIA = Door(
    "transcribe_media",
    meter=Meter.MEDIA_SECONDS,
    at_zero=_("The media minutes of your plan are used up. Buy more, or change the plan."),
    awaits="mediajobs",
)
ADD_DOCUMENT = Door(
    "add_document",
    limit=Limit.KNOWLEDGE_DOCUMENTS,
    at_limit=_("Your plan has room for %(limit)d documents. Delete one, or add more to your plan."),
)
ADVANCED_ANALYTICS = Door(
    "advanced_analytics",
    feature=Feature.ADVANCED_ANALYTICS,
    without_feature=_("Advanced analytics are not in your plan. Add them to it."),
    awaits="analytics",
)

DOORS: Mapping[str, Door] = {
    door.key: door
    for door in (
        START_LIVE,
        ADD_MEMBER,
        CREATE_WORKSPACE,
        CLOUD_VOICE,
        PREMIUM_VOICE,
        ANIMATED_AVATAR,
        USE_MODEL,
        MANAGED_LIVE,
        FULL_HD,
        TRANSCRIBE_MEDIA,
        ADD_DOCUMENT,
        ADVANCED_ANALYTICS,
    )
}

_READ_ONLY: Mapping[ReadOnlyReason, Callable[[], PlanRefused]] = {
    ReadOnlyReason.TRIAL_ENDED: trial_ended,
    ReadOnlyReason.PAYMENT_OVERDUE: payment_overdue,
    ReadOnlyReason.PLAN_ENDED: plan_ended,
}


def refusal(
    door: Door, entitlements: Entitlements, *, in_use: int = 0, left: int | None = None
) -> PlanRefused | None:
    """Return why a door is closed; None when it is open. Pure: it reads nothing.

    `in_use`: how many of the door's limit there are; `left`: what is left of its meter, None when not asked.
    """
    if entitlements.is_self_hosted:
        return None
    if entitlements.is_read_only:
        return read_only_error(entitlements)
    if door.feature is not None and not entitlements.has(door.feature):
        return PlanRefused(str(door.without_feature), code=f"{door.feature.value}_not_in_plan")
    most = entitlements.limit(door.limit) if door.limit is not None else None
    if door.limit is not None and most is not None and in_use >= most:
        return PlanRefused(str(door.at_limit % {"limit": most}), code=f"{door.limit.value}_limit")
    if door.meter is not None and left is not None and left <= 0:
        return PlanRefused(str(door.at_zero), code=f"{door.meter.value}_used_up")
    return None


def read_only_error(entitlements: Entitlements) -> PlanRefused:
    """Return the error of a workspace that can only be read."""
    return _READ_ONLY[entitlements.why or ReadOnlyReason.PLAN_ENDED]()


def require(
    door: Door,
    tenant_id: UUID,
    *,
    in_use: Callable[[Entitlements], int] | None = None,
    spends: bool = True,
) -> Entitlements:
    """Return the workspace's entitlements if a door is open for it; raise `PlanRefused` if not.

    `in_use` counts what the door limits. It is asked with the payer's account locked, so that two actions at
    once cannot both take the last place: call it in the transaction that makes the change. An action that
    spends nothing of the door's meter yet does not ask what is left of it.
    """
    entitlements = entitlements_of(tenant_id)
    if entitlements.is_self_hosted:
        return entitlements
    count = 0
    if in_use is not None and not entitlements.is_read_only:
        lock_account(entitlements.payer_id)
        count = in_use(entitlements)
    asks_meter = spends and door.meter is not None and not entitlements.is_read_only
    left = left_of(entitlements, door.meter) if asks_meter and door.meter is not None else None
    if closed := refusal(door, entitlements, in_use=count, left=left):
        raise closed
    return entitlements


def is_open(door: Door, tenant_id: UUID) -> bool:
    """Return whether a door without a limit is open for a workspace, to offer or to skip something."""
    try:
        require(door, tenant_id)
    except PlanRefused:
        return False
    return True
