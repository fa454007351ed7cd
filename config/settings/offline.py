"""Settings of commands that use neither PostgreSQL nor Redis: nothing is started, nothing can be reached.

Only the commands are loaded, without any models, so that they start quickly.
"""

from config.production import DEVELOPMENT_FIELD_KEY, DEVELOPMENT_SECRET
from config.settings.base import *

SECRET_KEY = VIEWER_HASH_KEY = DEVELOPMENT_SECRET
FIELD_ENCRYPTION_KEYS = [DEVELOPMENT_FIELD_KEY]
ALLOWED_HOSTS = ["localhost"]
INSTALLED_APPS = ["rehearsals.apps.CommandsConfig"]
vars().update(data_stores("postgres://offline.invalid/vivavoce", "redis://offline.invalid", pool=False))
