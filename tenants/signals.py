"""Signals to higher apps.

`tenant_created`: provides `tenant`; sent inside the transaction that creates it.
`rights_changed`: provides `user_id`; sent when a change of account, log-ins or memberships is committed.
"""

from django.dispatch import Signal

tenant_created = Signal()
rights_changed = Signal()
