"""What accounts tell the apps above them.

`tenant_created`: provides `tenant`; sent inside the transaction that makes it.
"""

from django.dispatch import Signal

tenant_created = Signal()
