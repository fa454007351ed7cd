"""Texts for the user about a voice provider's fault and about what a provider needs."""

from django.utils.translation import gettext as _

from speech.errors import SpeechError, SpendCapReached
from speech.services.voices import Provider


def fault_text(provider: str, error: SpeechError) -> str:
    """Return what went wrong and what to do. It quotes nothing that the service wrote."""
    if isinstance(error, SpendCapReached):
        return _("The spend cap is reached: paid voices wait until next month, or until the cap is raised.")
    name = Provider(provider).label
    texts = {
        400: _("%(name)s does not accept these settings. Is the voice one of theirs?"),
        401: _("%(name)s does not accept the key."),
        402: _("There is no credit left at %(name)s."),
        403: _("%(name)s does not allow this key to use this voice."),
        404: _("%(name)s does not know this voice, or the address is wrong."),
        422: _("%(name)s does not accept these settings. Is the voice one of theirs?"),
        429: _("%(name)s has had too many requests, or the quota is used up. Try again later."),
    }
    if error.service_status in texts:
        return texts[error.service_status] % {"name": name}
    if error.service_status is not None:
        return _("%(name)s answered with error %(status)d.") % {"name": name, "status": error.service_status}
    if error.permanent:
        return _("%(name)s cannot use this voice with these settings.") % {"name": name}
    return _("%(name)s did not answer in time, or the connection broke.") % {"name": name}


def requirement_text(provider: str) -> str:
    """Return what a provider needs before it can be used."""
    if provider == Provider.PIPER:
        return _("not installed here")
    return _("needs a key")
