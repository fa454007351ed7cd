"""The reasons why a stream cannot be published, each told apart from the others."""

from enum import StrEnum


class PublishStep(StrEnum):
    """A step on the way from an address to a running stream, in this order."""

    ADDRESS = "address"
    DNS = "dns"
    TCP = "tcp"
    TLS = "tls"
    HANDSHAKE = "handshake"
    CONNECT = "connect"
    PUBLISH = "publish"
    STREAM = "stream"


class PublishFault(StrEnum):
    """Why a stream is not published, or ended."""

    BAD_ADDRESS = "bad_address"
    PORT_NOT_ALLOWED = "port_not_allowed"
    UNKNOWN_HOST = "unknown_host"
    NOT_PUBLIC = "not_public"
    CONNECTION_REFUSED = "connection_refused"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    CERTIFICATE = "certificate"
    TLS_FAILED = "tls_failed"
    NOT_RTMP = "not_rtmp"
    APP_REFUSED = "app_refused"
    BAD_NAME = "bad_name"
    DENIED = "denied"
    PUBLISH_REFUSED = "publish_refused"
    CLOSED_DURING_PUBLISH = "closed_during_publish"
    CONNECTION_LOST = "connection_lost"
    STALLED = "stalled"
    TOO_SLOW = "too_slow"


_SENTENCES = {
    PublishFault.BAD_ADDRESS: "The address is not an rtmp:// or rtmps:// address.",
    PublishFault.PORT_NOT_ALLOWED: "The address has a port that is not allowed.",
    PublishFault.UNKNOWN_HOST: "The server's name cannot be found.",
    PublishFault.NOT_PUBLIC: "The server's address is not a public one.",
    PublishFault.CONNECTION_REFUSED: "The server refuses connections on this port.",
    PublishFault.UNREACHABLE: "The server cannot be reached.",
    PublishFault.TIMED_OUT: "The server did not answer in time.",
    PublishFault.CERTIFICATE: "The server's certificate is not valid for its name.",
    PublishFault.TLS_FAILED: "The server does not speak TLS on this port.",
    PublishFault.NOT_RTMP: "The server does not speak RTMP on this port.",
    PublishFault.APP_REFUSED: "The server refused the path of the address.",
    PublishFault.BAD_NAME: "The server does not accept the key: it is wrong, has expired, or is in use.",
    PublishFault.DENIED: "The server denied the right to publish with this key.",
    PublishFault.PUBLISH_REFUSED: "The server refused to publish the stream.",
    PublishFault.CLOSED_DURING_PUBLISH: "The server closed the connection when it received the key.",
    PublishFault.CONNECTION_LOST: "The connection broke.",
    PublishFault.STALLED: "The server stopped reading.",
    PublishFault.TOO_SLOW: "The connection is too slow for the stream.",
}
# A second attempt with the same address and key has the same answer.
_PERMANENT = frozenset(
    {
        PublishFault.BAD_ADDRESS,
        PublishFault.PORT_NOT_ALLOWED,
        PublishFault.NOT_PUBLIC,
        PublishFault.CERTIFICATE,
        PublishFault.TLS_FAILED,
        PublishFault.NOT_RTMP,
        PublishFault.APP_REFUSED,
        PublishFault.BAD_NAME,
        PublishFault.DENIED,
        PublishFault.PUBLISH_REFUSED,
        PublishFault.CLOSED_DURING_PUBLISH,
    }
)


class PublishError(Exception):
    """Raised when a stream cannot be published. Its text is fixed, without an address, key or server's words.

    `permanent` is true when the same attempt would fail again, unless the stream ran before.
    """

    def __init__(self, fault: PublishFault, step: PublishStep) -> None:
        super().__init__(_SENTENCES[fault])
        self.fault = fault
        self.step = step

    @property
    def permanent(self) -> bool:
        return self.fault in _PERMANENT


class MalformedRtmp(Exception):
    """Raised for bytes of the server that are not RTMP or not AMF0."""
