"""Where files lie: in a bucket, or in folders of this machine."""

from pathlib import Path
from typing import Any

from config.environment import WEB, Environment
from config.settings.operations import BACKUP_BUCKET, BACKUP_DIR

BASE_DIR = Path(__file__).resolve().parents[2]

env = Environment()

STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Where lines lie that a voice has said before: in a bucket, or in a folder of this machine.
AUDIO_CACHE_MAX_MB = env.int("AUDIO_CACHE_MAX_MB", default=2_000)
AUDIO_CACHE_WARM_CHARACTERS = env.int("AUDIO_CACHE_WARM_CHARACTERS", default=4_000)
AUDIO_CACHE_DIR = env.str("AUDIO_CACHE_DIR", default="") or str(BASE_DIR / ".local" / "lines")
AUDIO_CACHE_BUCKET = env.str("AUDIO_CACHE_BUCKET", default="")
AUDIO_CACHE_ENDPOINT_URL = env.address("AUDIO_CACHE_ENDPOINT_URL", WEB, default="")
AUDIO_CACHE_REGION = env.str("AUDIO_CACHE_REGION", default="")


def object_store(bucket: str, location: str, folder: str) -> dict[str, Any]:
    """Return the settings of a store: a place in a bucket, or without one a folder of this machine."""
    if not bucket:
        options: dict[str, Any] = {"location": folder, "allow_overwrite": True}
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    options = {
        "bucket_name": bucket,
        "endpoint_url": AUDIO_CACHE_ENDPOINT_URL or None,
        "region_name": AUDIO_CACHE_REGION or None,
        "location": location,
        "default_acl": None,
        "file_overwrite": True,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


STORAGES["lines"] = object_store(AUDIO_CACHE_BUCKET, "lines", AUDIO_CACHE_DIR)

# Where the audio of replies lies that shows keep, in the same bucket or in a folder, and for how long.
REPLY_AUDIO_DIR = env.str("REPLY_AUDIO_DIR", default="") or str(BASE_DIR / ".local" / "replies")
REPLY_AUDIO_RETENTION_DAYS = env.int("REPLY_AUDIO_RETENTION_DAYS", default=30)
STORAGES["replies"] = object_store(AUDIO_CACHE_BUCKET, "replies", REPLY_AUDIO_DIR)

# Where the originals of what hosts know lie.
KNOWLEDGE_DIR = env.str("KNOWLEDGE_DIR", default="") or str(BASE_DIR / ".local" / "knowledge")
STORAGES["knowledge"] = object_store(AUDIO_CACHE_BUCKET, "knowledge", KNOWLEDGE_DIR)

# Where the prepared videos of managed streams lie, which all workspaces share.
STREAM_LOOPS_DIR = env.str("STREAM_LOOPS_DIR", default="") or str(BASE_DIR / ".local" / "loops")
STORAGES["loops"] = object_store(AUDIO_CACHE_BUCKET, "loops", STREAM_LOOPS_DIR)

# Where backups lie: in a bucket of their own, or in a folder.
STORAGES["backups"] = object_store(
    BACKUP_BUCKET, "backups", BACKUP_DIR or str(BASE_DIR / ".local" / "backups")
)
