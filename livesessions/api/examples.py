"""The examples of shows and lives in the REST API's documentation; a test compares them with real answers."""

from typing import Any

SHOW_ID = "6f1d1a1c-2f0b-4b5e-9a53-0d5a4f8f9a11"
PERSONA_ID = "0c9e8d3a-7f57-4a0c-8d2e-3a1b5c6d7e8f"
VOICE_ID = "51f7c2b4-9b1e-4c57-bb0a-1f2e3d4c5b6a"
SESSION_ID = "b1a7d7f2-30a4-4f0c-9a55-6b7c8d9e0f1a"
REPLY_ID = "e4c1b0a9-8d7e-4f6a-b5c4-d3e2f1a0b9c8"
OVERLAY = "3kVt0J2mQ8rXw5yZ1aBcDeFgHiJkLmNo"
AT = "2026-01-31T20:00:05.000000Z"

Example = dict[str, Any]

NEW_SHOW: Example = {"name": "Saturday night", "handle": "my.handle", "language": "en"}
SHOW: Example = {
    "overlay_url": f"https://vivavoce.example/overlay/{OVERLAY}/",
    "overlay_socket_url": f"wss://vivavoce.example/ws/overlay/{OVERLAY}/",
    "id": SHOW_ID,
    "name": "Saturday night",
    "handle": "my.handle",
    "mode": "self",
    "language": "en",
    "persona": PERSONA_ID,
    "voice": VOICE_ID,
    "facts": "Doors open at nine.",
    "is_shopping": False,
    "follows_per_thanks": 1,
    "shares_per_thanks": 3,
    "subscriptions_per_thanks": 1,
    "small_gift_diamonds": 10,
    "big_gift_diamonds": 1000,
    "cooldown_min_s": 3.0,
    "cooldown_max_s": 5.0,
    "answers_per_minute": 15,
    "thanks_per_minute": 10,
    "answers_per_viewer": 4,
    "holds_replies": False,
    "call_to_action_every_s": 360,
    "game_every_s": 420,
    "calls_to_action": ["Follow for the next quiz!"],
    "created_at": AT,
    "archived_at": None,
}
SHOW_CHANGE: Example = {"facts": "Doors open at nine.", "answers_per_minute": 12}
PLAN: Example = {
    "segments": [
        {"kind": "opening", "title": "Welcome", "duration_s": 180, "talking_points": []},
        {
            "kind": "topic",
            "title": "The new record",
            "duration_s": 900,
            "talking_points": ["the cover", "the tour"],
        },
        {"kind": "closing", "title": "Goodbye", "duration_s": 180, "talking_points": []},
    ]
}
NEW_SESSION: Example = {
    "show": SHOW_ID,
    "source": "simulator",
    "source_options": {"rate_per_minute": 60, "seed": 7},
}
SESSION: Example = {
    "overlay_url": f"https://vivavoce.example/overlay/{OVERLAY}/",
    "overlay_socket_url": f"wss://vivavoce.example/ws/overlay/{OVERLAY}/",
    "id": SESSION_ID,
    "show": SHOW_ID,
    "source": "simulator",
    "source_options": {"rate_per_minute": 60.0, "seed": 7},
    "status": "active",
    "end_reason": "",
    "end_reason_text": "",
    "muted": False,
    "waiting_reason": "",
    "waiting_reason_text": "",
    "created_at": AT,
    "start_requested_at": AT,
    "started_at": AT,
    "stop_requested_at": None,
    "ended_at": None,
    "plan_grace_ends_at": None,
    "plan_warning": "",
    "counts": {"comment": 214, "gift": 12},
    "overlays": [
        {
            "software": "obs",
            "version": "31.0.2",
            "width": 1080,
            "height": 1920,
            "audio": "worklet",
            "sound": "ok",
            "visible": True,
        }
    ],
}
LINE: Example = {"text": "Thank you for being here!"}
REPLY: Example = {
    "id": REPLY_ID,
    "session": SESSION_ID,
    "status": "heard",
    "text": "Hi Anna! We start in ten minutes.",
    "fault": "",
    "trigger": {
        "id": "b:c-1",
        "kind": "comment",
        "text": "When do you start?",
        "viewer_name": "Anna",
        "also": [],
    },
    "timings": {
        "waited_ms": 420,
        "first_sentence_ms": 900,
        "first_audio_ms": 1350,
        "sent_ms": 2600,
        "audio_ms": 2400,
    },
    "created_at": AT,
    "heard_started_at": "2026-01-31T20:00:06.400000Z",
    "heard_ended_at": "2026-01-31T20:00:08.800000Z",
}
QUEUED_LINE: Example = {
    **REPLY,
    "status": "queued",
    "text": "Thank you for being here!",
    "trigger": {"id": "", "kind": "streamer", "text": "", "viewer_name": "", "also": []},
    "timings": {
        "waited_ms": None,
        "first_sentence_ms": None,
        "first_audio_ms": None,
        "sent_ms": None,
        "audio_ms": 0,
    },
    "heard_started_at": None,
    "heard_ended_at": None,
}
REPLIES: Example = {
    "next": f"https://vivavoce.example/api/v1/sessions/{SESSION_ID}/replies/?before=1769889605000000-"
    "e4c1b0a98d7e4f6ab5c4d3e2f1a0b9c8",
    "results": [REPLY],
}
HELD: Example = {
    "results": [
        {
            "id": REPLY_ID,
            "text": "We start in ten minutes.",
            "viewer_name": "Anna",
            "line": "When do you start?",
            "held_at": AT,
            "expires_at": "2026-01-31T20:01:05.000000Z",
        }
    ]
}
APPROVAL: Example = {"text": "We start at nine."}
EVENTS: Example = {
    "next": None,
    "cursor": "91822",
    "results": [
        {
            "id": "b:c-1",
            "kind": "comment",
            "at": AT,
            "viewer": {"id": "9f2c4be0a7d14e63", "name": "Anna"},
            "text": "When do you start?",
            "count": 1,
            "gift": None,
            "verdict": {"risk": "low", "action": "answer", "reasons": []},
            "deleted": False,
        },
        {
            "id": "b:g-1",
            "kind": "gift",
            "at": AT,
            "viewer": {"id": "55d0c8fa19be4a77", "name": "Gino"},
            "text": "",
            "count": 3,
            "gift": {
                "id": "5655",
                "name": "Rose",
                "diamonds": 1,
                "streak_id": "1661887",
                "streak_open": True,
            },
            "verdict": None,
            "deleted": False,
        },
    ],
}
POSTED: Example = {
    "events": [
        {
            "id": "c-1",
            "kind": "comment",
            "viewer": {"id": "u1", "name": "Anna"},
            "text": "When do you start?",
        },
        {"id": "v-1", "kind": "viewers", "count": 630},
    ]
}
INTAKE: Example = {
    "accepted": 1,
    "duplicates": 0,
    "rejected": [{"index": 1, "errors": {"text": ["This field is required."]}}],
}
KILL: Example = {
    "session": SESSION_ID,
    "pressed_at": AT,
    "way": "api",
    "is_complete": True,
    "parts": [
        {"part": "overlay", "state": "done", "after_s": 0.1},
        {"part": "session", "state": "done", "after_s": 0.0},
    ],
}
