"""Runs `manage.py check --deploy` on the production settings, with placeholders for a server's values."""

import os
import secrets

import django
from cryptography.fernet import Fernet
from django.core.management import call_command

PLACEHOLDERS = {
    "DJANGO_SETTINGS_MODULE": "config.settings.prod",
    "SECRET_KEY": secrets.token_urlsafe(48),
    "VIEWER_HASH_KEY": secrets.token_urlsafe(48),
    "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "ALLOWED_HOSTS": "vivavoce.example",
    "DATABASE_URL": "postgres://vivavoce@localhost/vivavoce",
    "REDIS_URL": "redis://localhost:6379/0",
    "EMAIL_URL": "smtp://localhost:25",
    "DEFAULT_FROM_EMAIL": "host@vivavoce.example",
}

if __name__ == "__main__":
    os.environ.update(PLACEHOLDERS)
    django.setup()
    call_command("check", deploy=True, fail_level="WARNING", databases=None)
