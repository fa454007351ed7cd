"""What is told of a voice's fault and of what it lacks, in the reader's language."""

from django.utils.translation import gettext as _

from speech.errors import SpeechError
from speech.services.voices import Provider


def fault_words(provider: str, error: SpeechError) -> str:
    """Return what went wrong and what to do, without anything that the service wrote."""
    name = Provider(provider).label
    words = {
        400: _("%(name)s does not take these settings. Is the voice one of theirs?"),
        401: _("%(name)s does not accept the key."),
        402: _("%(name)s wants to be paid first: there is no credit left."),
        403: _("%(name)s knows the key, but does not let it speak with this voice."),
        404: _("%(name)s does not know this voice, or nobody is at this address."),
        422: _("%(name)s does not take these settings. Is the voice one of theirs?"),
        429: _("%(name)s has had too many requests, or the quota is used up. Try again later."),
    }
    if error.service_status in words:
        return words[error.service_status] % {"name": name}
    if error.service_status is not None:
        words_by_number = _("%(name)s answered with the fault %(status)d.")
        return words_by_number % {"name": name, "status": error.service_status}
    if error.permanent:
        return _("%(name)s cannot speak with this voice as it is set up.") % {"name": name}
    return _("%(name)s did not answer in time, or the connection broke.") % {"name": name}


def lacking_words(provider: str) -> str:
    """Return what would make a provider usable."""
    if provider == Provider.PIPER:
        return _("not installed here")
    return _("needs a key")
