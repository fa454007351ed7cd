"""Signals to higher apps.

`tenant_created`: provides `tenant`; sent inside the transaction that creates it.
`tenant_closing`: provides `tenant`; sent inside the transaction that closes it. A receiver refuses with an
`AppError`.
`tenant_deleting`: provides `tenant`; sent inside the transaction that deletes it. Receivers delete the rows
that protect others.
`rights_changed`: provides `user_id`; sent when a change of account, log-ins or memberships is committed.
"""

from django.dispatch import Signal

tenant_created = Signal()
tenant_closing = Signal()
tenant_deleting = Signal()
rights_changed = Signal()
