"""What the overlay tells the apps above it. Both are sent from a socket, so asynchronously.

`utterance_acknowledged`: provides `overlay_id` (UUID), `utterance_id` (UUID), `phase` ("started", "ended" or
"cut": started, but not played to its end), `played_ms` (int or None: how much of it could be heard),
`level_db` (float or None: the loudness of what left the page, in dBFS; -120 is silence), `underruns` and
`underrun_ms` (int or None: how often, and for how long in all, the page had nothing to play in the middle of
it) and `context` (str: the state of the browser's audio). Every page open on the overlay speaks for itself,
so that an utterance may be acknowledged several times.

`overlay_pages_changed`: provides `overlay_id` (UUID) and `pages` (list of `OpenPage`): one came, went, or
described itself anew.
"""

from django.dispatch import Signal

utterance_acknowledged = Signal()
overlay_pages_changed = Signal()
