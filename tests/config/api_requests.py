"""What is asked of every route of the REST API: what it is for, and its main refusals.

Besides, each route is asked without a token, by Bob who only looks on, and by Charlie who is a stranger.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from PIL import Image


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of Alice's, of JSON or with a picture's `file`.

    `rows` names other rows than the usual ones, by the word before them in the path; `{name}` in what is
    sent stands for a row's id.
    """

    sent: Any = None
    rows: Mapping[str, str] = field(default_factory=dict)
    file: bytes | None = None


def picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(file, "PNG")
    return file.getvalue()


COMMENT = {"id": "1", "kind": "comment", "viewer": {"id": "v", "name": "Vale"}, "text": "Ciao"}
SEGMENT = {"kind": "topic", "title": "Books", "duration_s": 600, "talking_points": ["The plot"]}
PERSONA = {"name": "Serena", "system_prompt": "You ask questions.", "style": {"energy": 0.2}}
UNKNOWN = {"nonsense": 1}
SPARE_PERSONA, SPARE_VOICE = {"personas": "spare persona"}, {"voices": "spare voice"}
WAITING, ENDED = {"sessions": "waiting session"}, {"sessions": "ended session"}
ASKS: dict[str, dict[str, Ask]] = {
    "GET /api/v1/": {"done": Ask()},
    "GET /api/v1/billing/": {"done": Ask()},
    "GET /api/v1/shows/": {"done": Ask()},
    "POST /api/v1/shows/": {
        "done": Ask({"name": "New", "language": "it"}),
        "wrong": Ask({"name": "", "handle": "no handle"}),
        "unknown field": Ask(UNKNOWN),
        "another's persona": Ask({"name": "New", "persona": "{nobody}"}),
    },
    "GET /api/v1/shows/<uuid>/": {"done": Ask()},
    "PATCH /api/v1/shows/<uuid>/": {
        "done": Ask({"name": "Other", "calls_to_action": ["Follow us!"]}),
        "wrong": Ask({"big_gift_diamonds": 0}),
    },
    "DELETE /api/v1/shows/<uuid>/": {"done": Ask(rows={"shows": "free show"}), "is live": Ask()},
    "POST /api/v1/shows/<uuid>/archive/": {"done": Ask(rows={"shows": "free show"}), "is live": Ask()},
    "POST /api/v1/shows/<uuid>/unarchive/": {"done": Ask()},
    "GET /api/v1/shows/<uuid>/plan/": {"done": Ask()},
    "PUT /api/v1/shows/<uuid>/plan/": {
        "done": Ask({"segments": [SEGMENT]}),
        "wrong": Ask({"segments": [{**SEGMENT, "kind": "poll"}]}),
    },
    "GET /api/v1/shows/<uuid>/overlay/": {"done": Ask()},
    "PUT /api/v1/shows/<uuid>/overlay/": {"done": Ask({"theme": "neon"}), "wrong": Ask({"theme": "none"})},
    "PATCH /api/v1/shows/<uuid>/overlay/": {
        "done": Ask({"colors": {"accent": "#ffd000", "text": "#ffffff", "panel": "#101010"}}),
        "wrong": Ask({"tall": {"chat": {"x": 2}}}),
    },
    "POST /api/v1/shows/<uuid>/overlay/rotate/": {"done": Ask()},
    "GET /api/v1/shows/<uuid>/overlay/picture/": {"done": Ask()},
    "PUT /api/v1/shows/<uuid>/overlay/picture/": {
        "done": Ask(file=picture()),
        "wrong": Ask(file=b"no picture"),
    },
    "DELETE /api/v1/shows/<uuid>/overlay/picture/": {"done": Ask()},
    "GET /api/v1/shows/<uuid>/stream/": {"done": Ask()},
    "PUT /api/v1/shows/<uuid>/stream/": {
        "done": Ask({"url": "rtmp://127.0.0.1/live/", "key": "stream-1?expire=1900000000&sign=a"}),
        "wrong": Ask({"url": "https://example.com/", "key": "stream-1"}),
        "no key": Ask({"url": "rtmp://127.0.0.1/live/"}, rows={"shows": "free show"}),
        "unknown field": Ask(UNKNOWN),
    },
    "DELETE /api/v1/shows/<uuid>/stream/": {"done": Ask()},
    "POST /api/v1/shows/<uuid>/stream/check/": {
        "done": Ask(),
        "no target": Ask(rows={"shows": "free show"}),
    },
    "GET /api/v1/personas/": {"done": Ask()},
    "POST /api/v1/personas/": {"done": Ask(PERSONA), "wrong": Ask({**PERSONA, "style": {"energy": 2}})},
    "GET /api/v1/personas/<uuid>/": {"done": Ask()},
    "PATCH /api/v1/personas/<uuid>/": {"done": Ask({"name": "Other"}), "wrong": Ask({"reply_in": "none"})},
    "DELETE /api/v1/personas/<uuid>/": {"done": Ask(rows=SPARE_PERSONA), "hosts a show": Ask()},
    "GET /api/v1/voices/": {"done": Ask()},
    "POST /api/v1/voices/": {
        "done": Ask({"name": "New", "speed": 1.1}),
        "wrong": Ask({"name": "New", "speed": 9}),
        "another's voice": Ask({"name": "New", "backup": "{nobody}"}),
        "provider without a key": Ask({"name": "New", "provider": "elevenlabs"}),
    },
    "GET /api/v1/voices/<uuid>/": {"done": Ask(), "with a backup": Ask(rows=SPARE_VOICE)},
    "PATCH /api/v1/voices/<uuid>/": {
        "done": Ask({"name": "Other"}),
        "wrong": Ask({"pitch": 9}),
        "circle": Ask({"backup": "{spare voice}"}),
    },
    "DELETE /api/v1/voices/<uuid>/": {"done": Ask(rows=SPARE_VOICE), "speaks in a show": Ask()},
    "GET /api/v1/pronunciations/": {"done": Ask()},
    "POST /api/v1/pronunciations/": {
        "done": Ask({"written": "Adidas", "spoken": "adidas"}),
        "wrong": Ask({"written": "a=b", "spoken": ""}),
        "there already": Ask({"written": "Nike", "spoken": "naik"}),
    },
    "GET /api/v1/pronunciations/<uuid>/": {"done": Ask()},
    "PATCH /api/v1/pronunciations/<uuid>/": {
        "done": Ask({"spoken": "naik"}),
        "wrong": Ask({"language": "xx"}),
        "there already": Ask({"written": "Puma"}),
    },
    "DELETE /api/v1/pronunciations/<uuid>/": {"done": Ask()},
    "GET /api/v1/sessions/": {"done": Ask()},
    "POST /api/v1/sessions/": {
        "done": Ask({"show": "{free show}", "source": "simulator", "source_options": {"seed": 1}}),
        "wrong": Ask({"show": "{free show}", "source": "replay", "source_options": {"speed": 0}}),
        "another's show": Ask({"show": "{nobody}", "source": "bridge"}),
        "show is taken": Ask({"show": "{shows}", "source": "bridge"}),
        "no handle": Ask({"show": "{free show}", "source": "tiktok"}),
        "shop": Ask({"show": "{shop show}", "source": "bridge"}),
    },
    "GET /api/v1/sessions/<uuid>/": {"done": Ask(), "waiting": Ask(rows=WAITING), "ended": Ask(rows=ENDED)},
    "POST /api/v1/sessions/<uuid>/start/": {"done": Ask(rows=WAITING), "ended": Ask(rows=ENDED)},
    "POST /api/v1/sessions/<uuid>/stop/": {"done": Ask(), "ended": Ask(rows=ENDED)},
    "GET /api/v1/sessions/<uuid>/kill/": {"done": Ask()},
    "POST /api/v1/sessions/<uuid>/kill/": {"done": Ask(), "ended": Ask(rows=ENDED)},
    "POST /api/v1/sessions/<uuid>/mute/": {"done": Ask(), "ended": Ask(rows=ENDED)},
    "POST /api/v1/sessions/<uuid>/unmute/": {"done": Ask(), "ended": Ask(rows=ENDED)},
    "POST /api/v1/sessions/<uuid>/skip/": {"done": Ask(), "not on air": Ask(rows=WAITING)},
    "POST /api/v1/sessions/<uuid>/say/": {
        "done": Ask({"text": "Ciao"}),
        "wrong": Ask({"text": ""}),
        "not on air": Ask({"text": "Ciao"}, rows=WAITING),
    },
    "GET /api/v1/sessions/<uuid>/held/": {"done": Ask()},
    "GET /api/v1/sessions/<uuid>/replies/": {"done": Ask(), "none": Ask(rows=WAITING)},
    "GET /api/v1/sessions/<uuid>/replies/<uuid>/": {
        "done": Ask(),
        "of another live": Ask(rows=WAITING),
    },
    "POST /api/v1/sessions/<uuid>/replies/<uuid>/approve/": {
        "done": Ask({"text": "Ciao"}),
        "wrong": Ask({"text": ["Ciao"]}),
        "unknown": Ask({}, rows={"replies": "nobody"}),
        "refused words": Ask({"text": "una parolaccia"}),
    },
    "POST /api/v1/sessions/<uuid>/replies/<uuid>/reject/": {
        "done": Ask(),
        "unknown": Ask(rows={"replies": "nobody"}),
        "decided": Ask(rows={"replies": "spoken reply"}),
    },
    "GET /api/v1/sessions/<uuid>/events/": {"done": Ask()},
    "POST /api/v1/sessions/<uuid>/events/": {
        "done": Ask({"events": [COMMENT, {**COMMENT, "id": "2", "gift": {"id": " "}}]}),
        "wrong": Ask({"events": {}}),
        "not on air": Ask({"events": [COMMENT]}, rows=WAITING),
    },
}
