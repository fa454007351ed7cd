"""Signals to higher apps.

`tenant_created`: provides `tenant`; sent inside the transaction that creates it.
"""

from django.dispatch import Signal

tenant_created = Signal()
