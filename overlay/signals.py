"""What the overlay tells the apps above it.

`utterance_acknowledged`: provides `overlay_id` (UUID), `utterance_id` (UUID), `phase` ("started", "ended" or
"cut": started, but not played to its end) and `played_ms` (int or None: how much of it could be heard). Sent
from a socket, so asynchronously. Every page open on the overlay speaks for itself, so that an utterance may
be acknowledged several times.
"""

from django.dispatch import Signal

utterance_acknowledged = Signal()
