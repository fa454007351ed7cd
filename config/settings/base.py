"""Settings of all environments. All outside addresses and keys come from environment variables."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import django_stubs_ext
from csp import constants as csp
from django.utils.translation import gettext_lazy as _
from huey import Huey
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.environment import TRANSPORTS, WEB, Environment
from config.queues import make_queues
from config.settings.accounts import *
from config.settings.operations import *
from config.settings.payments import *
from config.settings.rest_api import *
from config.settings.storages import *

django_stubs_ext.monkeypatch()  # lets generic classes of Django be written with their types

BASE_DIR = Path(__file__).resolve().parent.parent.parent

env = Environment()

# Each environment itself sets SECRET_KEY, VIEWER_HASH_KEY, FIELD_ENCRYPTION_KEYS, ALLOWED_HOSTS, DATABASE_URL
# and REDIS_URL.


# What `data_stores` sets, for the type checker.
DATABASE_URL: str
REDIS_URL: str
QUEUES: dict[str, Huey]


# On Python 3.11 the client's own send timeout (asyncio.wait_for) can swallow a task's cancellation, so that a
# stopped host would continue. Callers that need a timeout use asyncio.timeout around the call.
# Every live waits for its bridge on a connection of its own, so a worker has more of them than the usual 100.
# A client retries once without a pause, because an idle connection may have broken.
REDIS_ASYNC_OPTIONS: dict[str, Any] = {
    "retry": AsyncRetry(NoBackoff(), 1),
    "socket_timeout": None,
    "socket_connect_timeout": 5.0,
    "max_connections": 2_000,
}
# A thread waits for Redis no longer than this, and under ASGI there is a thread for each request.
REDIS_SYNC_OPTIONS: dict[str, Any] = {
    "retry": Retry(NoBackoff(), 1),
    "socket_timeout": 2.0,
    "socket_connect_timeout": 2.0,
    "max_connections": 2_000,
}


# A request waits for its counters no longer than this.
CACHE_OPTIONS: dict[str, Any] = {
    "retry": Retry(NoBackoff(), 1),
    "socket_timeout": 0.5,
    "socket_connect_timeout": 0.5,
}


# Nobody waits for PostgreSQL longer than this: connecting, for an answer, for a lock, and between statements.
DATABASE_TIMEOUTS_MS: dict[str, int] = {
    "statement_timeout": 10_000,
    "lock_timeout": 5_000,
    "idle_in_transaction_session_timeout": 60_000,
}
DATABASE_OPTIONS: dict[str, Any] = {
    "connect_timeout": 2,
    "tcp_user_timeout": 5_000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
# The pool pauses longer after each failed attempt to connect. It gives up after `reconnect_timeout`, and the
# next request makes it try again at once.
DATABASE_POOL: dict[str, Any] = {"min_size": 1, "max_size": 16, "timeout": 2.0, "reconnect_timeout": 2.0}


def database_settings(database_url: str, *, pool: bool) -> dict[str, Any]:
    """Return Django's settings for a database; options in the URL's query take precedence."""
    database: dict[str, Any] = env.db_url_config(database_url)
    database["HOST"] = unquote(database["HOST"])  # a socket's folder arrives percent-encoded
    asked = database.get("OPTIONS", {})
    limits = " ".join(f"-c {name}={value}" for name, value in DATABASE_TIMEOUTS_MS.items())
    database["OPTIONS"] = {
        **DATABASE_OPTIONS,
        **asked,
        "options": f"{limits} {asked.get('options', '')}".strip(),
    }
    # Under ASGI every request runs in its own thread; only a pool reuses connections across threads.
    if pool:
        database["OPTIONS"]["pool"] = DATABASE_POOL
        database["CONN_HEALTH_CHECKS"] = True  # connections from before a restart are replaced, not used
    return database


def data_stores(database_url: str, redis_url: str, *, pool: bool = True) -> dict[str, object]:
    """Return the settings that follow from where PostgreSQL and Redis answer."""
    database = database_settings(database_url, pool=pool)
    return {
        "DATABASES": {"default": database},
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "CHANNEL_LAYERS": {
            "default": {
                "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
                "CONFIG": {"hosts": [{"address": redis_url, **REDIS_ASYNC_OPTIONS}]},
            }
        },
        "CACHES": {
            "default": {
                "BACKEND": "providers.cache.FailOpenRedisCache",
                "LOCATION": redis_url,
                "OPTIONS": CACHE_OPTIONS,
            }
        },
        "QUEUES": make_queues(redis_url),
    }


# PostgreSQL and Redis on other hosts that production may reach without encryption.
UNENCRYPTED_HOSTS = env.list("UNENCRYPTED_HOSTS", default=[])

INSTALLED_APPS = [
    "accounts.apps.StaffSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "config.static_files.OwnStaticFiles",
    "config.server.apps.ServerConfig",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "channels",
    "csp",
    "djstripe",
    "django_htmx",
    "rest_framework",
    "template_partials",
    "interface.apps.InterfaceConfig",
    "tenants",
    "providers",
    "accounts.apps.AccountsConfig",
    "billing",
    "moderation",
    "planner",
    "speech",
    "knowledge",
    "overlay",
    "encoder",
    "chatsources",
    "texts",
    "livesessions",
    "rehearsals",
    "reports",
    "website",
    "operations",
]

MIDDLEWARE = [
    "providers.status.middleware.StatusMiddleware",
    "tenants.api.request_ids.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "livesessions.kill.middleware.EmergencyMiddleware",
    "providers.database_outage.DatabaseOutageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.impersonation.middleware.ImpersonationMiddleware",
    "tenants.middleware.TenantMiddleware",
    "billing.plans.middleware.PlanRefusalMiddleware",
]

# Everything comes from here, and nothing is inline. The overlay's page has a policy of its own.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [csp.NONE],
        "script-src": [csp.SELF],
        "style-src": [csp.SELF],
        "font-src": [csp.SELF],
        "img-src": [csp.SELF, "data:"],
        "media-src": [csp.SELF],
        "connect-src": [csp.SELF],
        "frame-src": [csp.SELF],
        "base-uri": [csp.NONE],
        "form-action": [csp.SELF, *PAYMENT_PAGES],
        "frame-ancestors": [csp.NONE],
    }
}

ROOT_URLCONF = "config.urls"
# Django's own limits; config/server/limits.py refuses larger requests before they are read.
REQUIRES_OWN_SERVER = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tenants.context_processors.tenant",
                "billing.pages.banner.money_banner",
                "website.context_processors.mailbox",
                "website.context_processors.set_up",
            ],
        },
    }
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "tenants.User"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("it", _("Italian")), ("de", _("German"))]
# The language of the demo that `make run` puts on air; empty: the machine's.
DEMO_LANGUAGE = env.str("VIVAVOCE_DEMO_LANGUAGE", default="")
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "interface.formats"
FORM_RENDERER = "interface.form_renderer.FormRenderer"

USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles" / "served"
# What tenants upload. Served by the app itself, never by its folder's address.
MEDIA_ROOT = env.str("MEDIA_ROOT", default="") or str(BASE_DIR / "media")

X_FRAME_OPTIONS = "DENY"
# The overlay's address is a secret, so pages send no referrer to other sites.
SECURE_REFERRER_POLICY = "same-origin"

# Recorded chats that a live can replay; only names in this folder are accepted.
RECORDINGS_DIR = BASE_DIR / "recordings"

# How many lives one worker process runs at a time.
WORKER_CAPACITY = env.int("WORKER_CAPACITY", default=60)

# How many cores of its machine a worker may use for the streams of managed lives.
STREAM_CORES = env.float("STREAM_CORE_SHARE", default=0.75) * (os.cpu_count() or 1)

# A worker imports them at its start: imported by the first live that needs them, they would hold up all the
# others for up to a second. Other processes import them when they need them.
LIBRARIES_OF_LIVES = ["chatsources.tiktok", "speech.providers.elevenlabs", "speech.providers.openai_speech"]

# How long the event log stores viewers' texts and names, and how long it stores events at all.
CHAT_TEXT_RETENTION_DAYS = env.int("CHAT_TEXT_RETENTION_DAYS", default=90)
CHAT_EVENT_RETENTION_MONTHS = env.int("CHAT_EVENT_RETENTION_MONTHS", default=12)
# How long the audit log stores its entries.
AUDIT_RETENTION_DAYS = env.int("AUDIT_RETENTION_DAYS", default=730)

# --- the host's outside world; docs/configuration.md lists these with their meaning -------------------

OPENAI_API_KEY = env.str("OPENAI_API_KEY", default="")
OPENAI_BASE_URL = env.address("OPENAI_BASE_URL", WEB, default="https://api.openai.com/v1")
OPENAI_MODEL = env.str("OPENAI_MODEL", default="gpt-4o-mini")
OPENAI_MODERATION_MODEL = env.str("OPENAI_MODERATION_MODEL", default="omni-moderation-latest")
for name in ("LIVE_USD", "MONTH_USD", "TENANT_MONTH_USD"):
    env.refuse_renamed(f"LLM_SPEND_CAP_{name}", f"SPEND_CAP_{name}")
SPEND_CAP_LIVE_USD = env.float("SPEND_CAP_LIVE_USD", default=20.0)
SPEND_CAP_MONTH_USD = env.float("SPEND_CAP_MONTH_USD", default=500.0)
SPEND_CAP_TENANT_MONTH_USD = env.float("SPEND_CAP_TENANT_MONTH_USD", default=0.0)
# Off: a self-hosted installation, without plans, trials and pages of money.
BILLING_ENABLED = env.bool("BILLING_ENABLED", default=False)

# Streams go to public addresses only. For development: this machine's own ports too.
STREAM_TO_LOOPBACK = env.bool("STREAM_TO_LOOPBACK", default=False)
EUR_PER_USD = env.float("EUR_PER_USD", default=0.86)
PRICES_FILE = env.str("PRICES_FILE", default="")
OPENAI_SPEECH_MODEL = env.str("OPENAI_SPEECH_MODEL", default="gpt-4o-mini-tts")
OPENAI_TIMEOUT_S = env.float("OPENAI_TIMEOUT_S", default=8.0)

ELEVENLABS_API_KEY = env.str("ELEVENLABS_API_KEY", default="")
ELEVENLABS_BASE_URL = env.address("ELEVENLABS_BASE_URL", WEB, default="https://api.elevenlabs.io")
ELEVENLABS_MODEL = env.str("ELEVENLABS_MODEL", default="eleven_flash_v2_5")
ELEVENLABS_TRANSPORT = env.choice("ELEVENLABS_TRANSPORT", TRANSPORTS, default="http")
ELEVENLABS_TIMEOUT_S = env.float("ELEVENLABS_TIMEOUT_S", default=8.0)

AZURE_SPEECH_KEY = env.str("AZURE_SPEECH_KEY", default="")
AZURE_SPEECH_REGION = env.str("AZURE_SPEECH_REGION", default="")
AZURE_SPEECH_BASE_URL = env.address("AZURE_SPEECH_BASE_URL", WEB, default="")
AZURE_SPEECH_RATE_HZ = env.int("AZURE_SPEECH_RATE_HZ", default=24_000)
AZURE_SPEECH_TIMEOUT_S = env.float("AZURE_SPEECH_TIMEOUT_S", default=8.0)

PIPER_COMMAND = env.str("PIPER_COMMAND", default="")
PIPER_VOICES_DIR = env.str("PIPER_VOICES_DIR", default="")
PIPER_TIMEOUT_S = env.float("PIPER_TIMEOUT_S", default=8.0)

TIKTOK_APP_URL = env.address("TIKTOK_APP_URL", WEB, default="")
TIKTOK_WEBCAST_URL = env.address("TIKTOK_WEBCAST_URL", WEB, default="")
TIKTOK_SIGN_URL = env.address("TIKTOK_SIGN_URL", WEB, default="")
TIKTOK_SIGN_API_KEY = env.str("TIKTOK_SIGN_API_KEY", default="")
SIGN_REQUESTS_PER_MINUTE = env.int("SIGN_REQUESTS_PER_MINUTE", default=120)
SIGN_REQUESTS_PER_TENANT_PER_MINUTE = env.int("SIGN_REQUESTS_PER_TENANT_PER_MINUTE", default=60)

# The sender of all mails; production names its own.
DEFAULT_FROM_EMAIL = "Vivavoce <vivavoce@localhost>"
# Whom visitors write to; shown on the public pages.
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="")

# Where mails are stored instead of sent; only in development.
MAILBOX_DIR = ""

# Where overlays and e-mails point. Empty: the address of the request that asks.
PUBLIC_URL = env.address("PUBLIC_URL", WEB, default="")
