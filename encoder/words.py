"""What a check of a stream target found, in the user's words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from encoder.models import StreamTarget
from encoder.preflight import steps_of
from encoder.rtmp.errors import PublishFault, PublishStep

Text = str | Promise

STEP_NAMES: dict[PublishStep, Text] = {
    PublishStep.ADDRESS: _("The address is valid"),
    PublishStep.DNS: _("The server's name is known"),
    PublishStep.TCP: _("The server answers"),
    PublishStep.TLS: _("The connection is encrypted"),
    PublishStep.HANDSHAKE: _("The server speaks RTMP"),
    PublishStep.CONNECT: _("The server accepts the path of the URL"),
    PublishStep.PUBLISH: _("The server accepts the key"),
    PublishStep.STREAM: _("The stream runs"),
}
FAULTS: dict[PublishFault, Text] = {
    PublishFault.BAD_ADDRESS: _(
        "This is no stream URL. Copy it whole from TikTok: it begins with rtmp:// or rtmps://."
    ),
    PublishFault.PORT_NOT_ALLOWED: _("This port is not allowed. Stream URLs use port 1935 or 443."),
    PublishFault.UNKNOWN_HOST: _(
        "Nobody knows this server. Copy the URL again: it may be misspelt, or have expired."
    ),
    PublishFault.NOT_PUBLIC: _("This server is not on the open internet."),
    PublishFault.CONNECTION_REFUSED: _("The server accepts no connection on this port. Copy the URL again."),
    PublishFault.UNREACHABLE: _("The server cannot be reached from here. Try again in a minute."),
    PublishFault.TIMED_OUT: _("The server did not answer in time. Try again in a minute."),
    PublishFault.CERTIFICATE: _(
        "The server's certificate does not belong to this name. Copy the URL again, and do not type it."
    ),
    PublishFault.TLS_FAILED: _("The server does not encrypt on this port. Try rtmp:// instead of rtmps://."),
    PublishFault.NOT_RTMP: _("This server does not take streams. Is the URL the one of a web page?"),
    PublishFault.APP_REFUSED: _("The server refuses the last part of the URL. Copy the URL again."),
    PublishFault.BAD_NAME: _(
        "The server does not accept the key: it is wrong, has expired, or is in use. Get a new one at TikTok."
    ),
    PublishFault.DENIED: _("This key may not stream. Check at TikTok that your account may go live."),
    PublishFault.PUBLISH_REFUSED: _("The server refused the stream. Get a new key at TikTok."),
    PublishFault.CLOSED_DURING_PUBLISH: _(
        "The server closed the connection at the key: most likely it is wrong or has expired. Get a new one."
    ),
    PublishFault.CONNECTION_LOST: _("The connection broke. Try again in a minute."),
    PublishFault.STALLED: _("The server stopped reading."),
    PublishFault.TOO_SLOW: _("The connection is too slow for this bit rate. Choose a lower one."),
}


@dataclass(frozen=True, slots=True)
class StepLine:
    """One line of a check's result. `state` is "passed", "failed" or "skipped"."""

    name: Text
    state: str
    words: Text = ""


def check_lines(target: StreamTarget) -> list[StepLine]:
    """Return the result of a target's last check, line by line; nothing before the first one."""
    if target.checked_at is None:
        return []
    fault = PublishFault(target.check_fault) if target.check_fault else None
    if fault is None:
        return [StepLine(STEP_NAMES[step], "passed") for step in steps_of(target.address.is_secure)]
    lines, state = [], "passed"
    failed = PublishStep(target.check_step)
    steps = steps_of(target.address.is_secure)
    for step in steps if failed in steps else (failed, *steps):
        is_failed = step is failed
        lines.append(
            StepLine(STEP_NAMES[step], "failed", FAULTS[fault])
            if is_failed
            else StepLine(STEP_NAMES[step], state)
        )
        if is_failed:
            state = "skipped"
    return lines
