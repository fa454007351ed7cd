"""Settings of production: secrets and servers come from the environment; a missing one stops the start."""

from config.environment import MAIL, POSTGRES, REDIS
from config.production import refuse_unsafe
from config.settings.base import *

DEBUG = env.bool("DEBUG", default=False)  # true is refused below
REQUIRES_OWN_SERVER = True
SECRET_KEY = env.required("SECRET_KEY")
VIEWER_HASH_KEY = env.required("VIEWER_HASH_KEY")
FIELD_ENCRYPTION_KEYS = env.encryption_keys("FIELD_ENCRYPTION_KEYS")
ALLOWED_HOSTS = [host.strip() for host in env.required("ALLOWED_HOSTS").split(",")]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
vars().update(data_stores(env.address("DATABASE_URL", POSTGRES), env.address("REDIS_URL", REDIS)))

vars().update(env.email_url_config(env.address("EMAIL_URL", MAIL)))
DEFAULT_FROM_EMAIL = env.required("DEFAULT_FROM_EMAIL")

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many of our proxies add to X-Forwarded-For; log-ins are limited for each client address.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "config.static_files.HashedFilesStorage"},
}

refuse_unsafe(vars())
