"""The tests' settings. `tests/servers.py` starts a throwaway PostgreSQL and Redis and fills in the URLs."""

from config.production import TEST_FIELD_KEY, TEST_SECRET
from config.settings.base import *

DEBUG = False
SECRET_KEY = VIEWER_HASH_KEY = TEST_SECRET
FIELD_ENCRYPTION_KEYS = [TEST_FIELD_KEY]
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
vars().update(
    data_stores(
        env.str("TEST_DATABASE_URL", default="postgres://run-through-pytest.invalid/vivavoce"),
        env.str("TEST_REDIS_URL", default="redis://run-through-pytest.invalid"),
        pool=env.bool("TEST_DATABASE_POOL", default=False),
    )
)

METRICS_TOKEN = "metrics-of-the-tests"  # noqa: S105

# Of no account; tests that need Stripe start the local one.
STRIPE_TEST_SECRET_KEY = "sk_test_" + "tests" * 5

STORAGES["lines"] = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
STORAGES["backups"] = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
STORAGES["replies"] = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
if not env.str("KNOWLEDGE_DIR", default=""):
    STORAGES["knowledge"] = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
if not env.str("STREAM_LOOPS_DIR", default=""):
    STORAGES["loops"] = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# A server of its own, in a browser test, keeps its mails where the browser can read them.
if MAILBOX_DIR := env.str("TEST_MAILBOX_DIR", default=""):
    EMAIL_BACKEND = "website.mailbox.backend.MailboxBackend"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # the browser tests use http://localhost
# Most workers of the tests need none of them, and each would take two seconds more to start.
LIBRARIES_OF_LIVES = []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
