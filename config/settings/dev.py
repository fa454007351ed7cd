"""Settings of a developer's machine: PostgreSQL and Redis start by themselves; mails are read at /mails/."""

from pathlib import Path

from config.embedded import Servers, ensure_servers
from config.environment import POSTGRES, REDIS, Environment
from config.production import DEVELOPMENT_FIELD_KEY, DEVELOPMENT_SECRET

# Read before the base settings, and only here: tests must not use a developer's keys.
Environment.read_env(str(Path(__file__).resolve().parent.parent.parent / ".env"))

from config.settings.base import *  # noqa: E402

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env.str("SECRET_KEY", default=DEVELOPMENT_SECRET)
VIEWER_HASH_KEY = env.str("VIEWER_HASH_KEY", default=DEVELOPMENT_SECRET)
FIELD_ENCRYPTION_KEYS = env.encryption_keys("FIELD_ENCRYPTION_KEYS", default=DEVELOPMENT_FIELD_KEY)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])

_database_url = env.address("DATABASE_URL", POSTGRES, default="")
_redis_url = env.address("REDIS_URL", REDIS, default="")
if not (_database_url and _redis_url):
    _embedded: Servers = ensure_servers(BASE_DIR / ".local")
    _database_url = _database_url or _embedded.database_url
    _redis_url = _redis_url or _embedded.redis_url
vars().update(data_stores(_database_url, _redis_url))

EMAIL_BACKEND = "website.mailbox.backend.MailboxBackend"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # passkeys work on http://localhost
MAILBOX_DIR = str(BASE_DIR / ".local" / "mails")
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
