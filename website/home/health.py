"""Whether the services that a workspace's lives need work: workers, voices, language models and keys."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from livesessions.worker.registry import read_capacities, read_failing_services
from providers.models import Credential
from providers.querysets import readable_credentials
from speech.models import VoiceProfile
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """One service: its name, whether it works, and what that means in words."""

    name: str
    is_well: bool
    text: str


def health_of(tenant: Tenant) -> list[ServiceHealth]:
    """Return the health of the services that a workspace uses. One query; reads Redis."""
    try:
        workers, failing = read_capacities(), read_failing_services()
    except (RedisError, OSError):
        return [ServiceHealth(_("Lives"), False, _("The state of the services cannot be read right now."))]
    return [
        _lives(bool(workers), all(capacity.full for capacity in workers.values())),
        _answers(failing),
        *_voices(tenant, failing),
    ]


def _lives(is_running: bool, is_full: bool) -> ServiceHealth:
    if not is_running:
        return ServiceHealth(_("Lives"), False, _("No worker runs: a live would wait until one does."))
    if is_full:
        return ServiceHealth(_("Lives"), False, _("All workers are busy: a live would wait for a free one."))
    return ServiceHealth(_("Lives"), True, _("Ready to start."))


def _answers(failing: set[str]) -> ServiceHealth:
    if not settings.OPENAI_API_KEY:
        return ServiceHealth(_("Answers"), True, _("Built-in answers. No language model is set up."))
    if any(name not in VoiceProfile.Provider.values for name in failing):
        text = _("A language model is failing: built-in answers and rules take over.")
        return ServiceHealth(_("Answers"), False, text)
    return ServiceHealth(_("Answers"), True, _("The language model works."))


def _voices(tenant: Tenant, failing: set[str]) -> list[ServiceHealth]:
    keys = readable_credentials(tenant.id, Credential.Kind.VOICE)
    labels = dict(VoiceProfile.Provider.choices)
    unreadable = [str(labels.get(name, name)) for name, key in keys.items() if key is None]
    broken = [str(labels[name]) for name in sorted(failing) if name in labels]
    rows = []
    if unreadable:
        text = _("Your key for %(names)s cannot be read any more. Save it again.")
        rows.append(ServiceHealth(_("Keys"), False, text % {"names": ", ".join(unreadable)}))
    elif keys:
        names = ", ".join(str(labels.get(name, name)) for name in keys)
        rows.append(ServiceHealth(_("Keys"), True, _("Your own: %(names)s.") % {"names": names}))
    if broken:
        text = _("%(names)s is failing: the next voice speaks.")
        return [*rows, ServiceHealth(_("Voices"), False, text % {"names": ", ".join(broken)})]
    return [*rows, ServiceHealth(_("Voices"), True, _("Working."))]
