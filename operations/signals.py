"""Signals of running an installation."""

from django.dispatch import Signal

# A backup was restored. `made_at`: when it was made; receivers repeat what must not be undone by a restore.
backup_restored = Signal()
