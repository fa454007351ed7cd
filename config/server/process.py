"""One serving process: daphne's server on bounded connections, for pages, for sockets or for both."""

import asyncio
import socket
import time
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from daphne.server import Server as DaphneServer
from django.conf import settings
from django.template.loader import get_template
from twisted.internet import reactor as installed_reactor
from twisted.internet.interfaces import IReadDescriptor
from twisted.logger import globalLogBeginner
from zope.interface import implementer

from config.asgi import application
from config.server.channel import BoundedFactory
from config.server.handshakes import RefusingSocketFactory
from config.server.limits import MAX_SOCKET_MESSAGE_BYTES
from config.server.roles import READY, Role
from livesessions.worker.startup_heap import freeze_startup_heap
from providers.status.answers import StatusPages
from providers.status.server import status_server
from tenants.sockets.refusal import DENIAL

ALIVE_S: Final = 30.0  # an event loop that has stood still for longer will not run again
MAX_ADOPTED_AT_ONCE: Final = 64
BODY_PIECE_BYTES: Final = 65_536  # of an upload that Django reads; each piece is a turn of the event loop

reactor: Any = installed_reactor  # its methods appear at run time


def serve(role: Role, *, listener: socket.socket | None = None, accepted: socket.socket | None = None) -> int:
    """Serve the web app, or a part of it, until SIGTERM. Return the exit status."""
    import_module(settings.ROOT_URLCONF)  # otherwise the first request does it
    if role != Role.SOCKETS:
        load_templates(settings.BASE_DIR / "templates")
    # A full collection stops the process, also the host's voice: 230 to 370 ms without this.
    freeze_startup_heap()
    server = Server(application, role=role, listener=listener, accepted=accepted)
    # The pages answer for themselves. Two processes behind one front would want the same address.
    address = settings.STATUS_ADDRESS if role == Role.SOCKETS and listener is not None else ""
    with status_server(address, StatusPages(is_alive=lambda: server.is_alive)):
        server.run()
    return 0


def load_templates(folder: Path) -> None:
    """Compile a folder's templates before the heap is frozen: full collections then do not visit them."""
    for path in folder.rglob("*.html"):
        get_template(path.relative_to(folder).as_posix())


class Server(DaphneServer):  # type: ignore[misc]  # the library has no types
    """Serves an ASGI application at a Twisted endpoint, or on connections that another process accepts.

    Args:
        role: what it serves; it refuses all other requests.
        listener: a socket that listens, or
        accepted: a Unix socket over which `config.server.front` sends accepted connections.
    """

    def __init__(
        self,
        application: Any,
        *,
        role: Role,
        listener: socket.socket | None = None,
        accepted: socket.socket | None = None,
    ) -> None:
        super().__init__(
            application,
            endpoints=["a socket that is open"],
            server_name="",
            request_buffer_size=BODY_PIECE_BYTES,
            websocket_connect_timeout=5,
            websocket_max_message_size=MAX_SOCKET_MESSAGE_BYTES,
            websocket_max_frame_size=MAX_SOCKET_MESSAGE_BYTES,
        )
        self.role = role
        self._listener = listener
        self._accepted = accepted
        self._checked_s = time.monotonic()

    @property
    def is_alive(self) -> bool:
        """Whether the event loop still runs. Thread-safe."""
        return time.monotonic() - self._checked_s < ALIVE_S

    def application_checker(self) -> None:
        """Note that the event loop runs, beside daphne's look at its applications, once a second."""
        self._checked_s = time.monotonic()
        super().application_checker()

    def run(self) -> None:
        """Serve until SIGTERM, or until the process that accepts has gone."""
        self.connections: dict[Any, dict[str, Any]] = {}
        self.http_factory = BoundedFactory(self)
        self.ws_factory = self._socket_factory()
        # Twisted's log would contain the overlays' secret addresses.
        globalLogBeginner.beginLoggingTo([lambda _: None], redirectStandardIO=False, discardBuffer=True)
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)
        asyncio.set_event_loop(reactor._asyncioEventloop)
        reactor.addSystemEventTrigger("before", "shutdown", self.kill_all_applications)
        if self._listener is not None:
            self._listener.setblocking(False)
            reactor.adoptStreamPort(self._listener.fileno(), self._listener.family, self.http_factory)
        if self._accepted is not None:
            self.http_factory.doStart()
            reactor.callWhenRunning(self._adopt_from, self._accepted)
        reactor.run()

    def _socket_factory(self) -> RefusingSocketFactory:
        factory = RefusingSocketFactory(self, server=self.server_name)
        factory.setProtocolOptions(
            autoPingTimeout=self.ping_timeout,
            allowNullOrigin=True,  # the overlay's page in OBS may have none
            openHandshakeTimeout=self.websocket_handshake_timeout,
            maxMessagePayloadSize=self.websocket_max_message_size,
            maxFramePayloadSize=self.websocket_max_frame_size,
        )
        return factory

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Create the application's instance for a request or a socket, whose refusal may have any status."""
        if scope["type"] == "websocket":
            scope["extensions"] = {DENIAL: {}}
        return super().create_application(protocol, scope)

    def _adopt_from(self, accepted: socket.socket) -> None:
        reactor.addReader(_AcceptedConnections(accepted, self))
        accepted.send(READY)

    def adopt(self, descriptor: int) -> None:
        """Serve a connection that another process has accepted."""
        with socket.socket(fileno=descriptor) as connection:  # Twisted makes a copy of the descriptor
            connection.setblocking(False)
            try:
                reactor.adoptStreamConnection(descriptor, connection.family, self.http_factory)
            except OSError:  # the client has gone meanwhile
                return


@implementer(IReadDescriptor)
class _AcceptedConnections:
    """Receives connections from the accepting process; when that has gone, the server stops."""

    def __init__(self, accepted: socket.socket, server: Server) -> None:
        self._accepted = accepted
        self._accepted.setblocking(False)
        self._server = server

    def fileno(self) -> int:
        return self._accepted.fileno()

    def logPrefix(self) -> str:
        return "accepted connections"

    def doRead(self) -> None:
        for _ in range(MAX_ADOPTED_AT_ONCE):
            try:
                marker, descriptors, _flags, _address = socket.recv_fds(self._accepted, 1, 1)
            except BlockingIOError:
                return
            for descriptor in descriptors:
                self._server.adopt(descriptor)
            if not marker:
                self.connectionLost(None)
                return

    def connectionLost(self, reason: object) -> None:
        reactor.removeReader(self)
        self._server.stop()
