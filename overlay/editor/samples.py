"""Sample content for the preview in the editor, from the translation catalogue."""

from typing import TypedDict

from django.utils.translation import pgettext


class SampleLine(TypedDict):
    """One message of the sample chat. `kind` is the kind of a chat event; not every kind has a text."""

    name: str
    text: str
    kind: str


class SamplePoll(TypedDict):
    question: str
    options: list[str]


class SampleLeader(TypedDict):
    name: str
    points: int


class PreviewSamples(TypedDict):
    """What the preview plays in a circle."""

    sentences: list[str]
    lines: list[SampleLine]
    poll: SamplePoll
    leaders: list[SampleLeader]


def preview_samples() -> PreviewSamples:
    """Return the samples in the active language."""
    martha, luke, julia = (
        pgettext("preview", "Martha"),
        pgettext("preview", "Luke"),
        pgettext("preview", "Julia B."),
    )
    return {
        "sentences": [
            pgettext("preview", "Hi Martha, welcome from Leeds! How is your evening?"),
            pgettext("preview", "Thank you Luke for the rose, that is so kind."),
            pgettext("preview", "The next quiz starts in five minutes: stay with us."),
        ],
        "lines": [
            {"name": martha, "text": pgettext("preview", "hello everybody from Leeds!"), "kind": "comment"},
            {"name": "gino_99", "text": pgettext("preview", "lovely evening in here"), "kind": "comment"},
            {"name": luke, "text": pgettext("preview", "Rose × 5"), "kind": "gift"},
            {"name": julia, "text": pgettext("preview", "how long is the live?"), "kind": "comment"},
            {"name": pgettext("preview", "grandma Pat"), "text": "", "kind": "follow"},
            {
                "name": pgettext("preview", "Sarah"),
                "text": pgettext("preview", "vote for 2, come on!"),
                "kind": "comment",
            },
            {"name": pgettext("preview", "Andrew"), "text": "", "kind": "subscribe"},
        ],
        "poll": {
            "question": pgettext("preview", "What shall we cook tomorrow?"),
            "options": [
                pgettext("preview", "Carbonara"),
                pgettext("preview", "Shepherd's pie"),
                pgettext("preview", "Ramen"),
            ],
        },
        "leaders": [
            {"name": martha, "points": 12},
            {"name": luke, "points": 9},
            {"name": julia, "points": 4},
        ],
    }
