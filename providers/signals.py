"""Signals that this app sends to the apps above it."""

from django.dispatch import Signal

# Arguments: tenant_id, kind, provider. Sent when a credential was saved or deleted and that is committed.
credential_changed = Signal()

# Without arguments. Sent by `manage.py rotate_field_keys`: apps encrypt their secrets that are in no
# `EncryptedTextField` anew, and return how many were, and how many cannot be read.
secret_rotation_asked = Signal()
