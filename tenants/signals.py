"""Signals to higher apps.

`tenant_asked`: provides `owner`; sent inside the transaction, before a workspace of theirs is created. A
receiver refuses with an `AppError`.
`seat_asked`: provides `tenant` and `taken`, a function that counts the taken seats; sent inside the
transaction that invites or adds a member. A receiver refuses with an `AppError`.
`tenant_created`: provides `tenant`; sent inside the transaction that creates it.
`tenant_closing`: provides `tenant`; sent inside the transaction that closes it. A receiver refuses with an
`AppError`.
`tenant_deleting`: provides `tenant`; sent inside the transaction that deletes it. Receivers delete the rows
that protect others.
`rights_changed`: provides `user_id`; sent when a change of account, log-ins or memberships is committed.
"""

from django.dispatch import Signal

tenant_asked = Signal()
seat_asked = Signal()
tenant_created = Signal()
tenant_closing = Signal()
tenant_deleting = Signal()
rights_changed = Signal()
