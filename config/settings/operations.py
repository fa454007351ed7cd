"""Settings of running an installation: what it says about itself, and its log."""

from config.environment import LOG_FORMATS, LOG_LEVELS, Environment

env = Environment()

# Who may read /metrics: whoever sends this token. Empty: nobody.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_COLLECTORS = ["website.installation_metrics.InstallationCollector"]
# Where a process that serves no pages answers /healthz, /readyz and /metrics. Empty: nowhere.
STATUS_ADDRESS = env.host_and_port("STATUS_ADDRESS", default="")

LOG_FORMAT = env.choice("LOG_FORMAT", LOG_FORMATS, default="plain")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "config.logs.PlainFormatter", "fmt": "%(levelname)s %(name)s %(message)s"},
        "json": {"()": "config.logs.json_formatter"},
    },
    "filters": {
        "secrets": {"()": "config.redaction.HideSecrets"},
        "refusals": {"()": "config.redaction.ShortRefusals"},
        "request": {"()": "tenants.api.request_ids.NameRequest"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": [*(["request"] if LOG_FORMAT == "plain" else []), "secrets", "refusals"],
        },
    },
    "root": {"handlers": ["console"], "level": env.choice("LOG_LEVEL", LOG_LEVELS, default="INFO")},
    "loggers": {
        # Its own handlers would write everything twice, and without the filter.
        "django": {"handlers": []},
        # A refused request (4xx) is everyday use; only faults of ours are logged.
        "django.request": {"level": "ERROR"},
        "django.security.csrf": {"level": "ERROR"},
        # daphne's access log would carry the overlay's secret address.
        "django.channels.server": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
        "huey": {"level": "WARNING"},
        # It logs the address and the result of each request.
        "stripe": {"level": "WARNING"},
    },
}

# What encrypts backups; without a key none is made. The first encrypts, all of them decrypt.
BACKUP_KEYS = env.encryption_keys("BACKUP_KEYS", default="")
BACKUP_DIR = env.str("BACKUP_DIR", default="")
BACKUP_BUCKET = env.str("BACKUP_BUCKET", default="")
BACKUP_KEEP_DAYS = env.int("BACKUP_KEEP_DAYS", default=30)
# The folder of pg_dump and pg_restore, where they are not found by themselves.
PG_BIN_DIR = env.str("PG_BIN_DIR", default="")
