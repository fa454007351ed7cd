"""Draws the chart of a report's page: the chat's rate as bars, the host's time as stacked blocks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from planner.stage.cues import NextAction
from rehearsals.rehearsal.report_cards import localized, state_name

# In the units of the SVG's view box.
CHART_WIDTH, CHAT_HEIGHT, HOST_TOP, HOST_HEIGHT, GAP = 900.0, 108.0, 120.0, 68.0, 1.5
STACKED = tuple(state.value for state in NextAction if state is not NextAction.REST)


def draw_chart(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the bars, blocks, ticks and legend of a report's chart."""
    timeline = report["timeline"]
    lines, lasts_s = timeline["lines"], max(timeline["lasts_s"], 1.0)
    most = max([*lines, 1])
    return {
        "bars": list(_bars(lines, most)),
        "blocks": list(_blocks(timeline["spans"], lasts_s, len(lines))),
        "host_top": _svg_number(HOST_TOP),
        "host_height": _svg_number(HOST_HEIGHT),
        "most_per_minute": round(most * 60 / timeline["bucket_s"]),
        "ticks": [f"{lasts_s * quarter / 240:.0f}" for quarter in range(5)],
        "legend": _legend(report["figures"]["time_by_state"]),
    }


def _bars(lines: Sequence[int], most: int) -> Iterator[dict[str, str]]:
    step = CHART_WIDTH / len(lines)
    for place, count in enumerate(lines):
        yield {
            "x": _svg_number(place * step),
            "y": _svg_number(CHAT_HEIGHT * (1 - count / most)),
            "width": _svg_number(max(step - GAP, 1.0)),
            "height": _svg_number(CHAT_HEIGHT * count / most),
        }


def _blocks(
    spans: Sequence[tuple[float, float, str]], lasts_s: float, buckets: int
) -> Iterator[dict[str, str]]:
    """Yield how the host's time is shared in each bucket, from the bottom up."""
    step = CHART_WIDTH / buckets
    for place, times in enumerate(_time_by_bucket(spans, lasts_s / buckets, buckets)):
        bottom = HOST_TOP + HOST_HEIGHT
        for state in (state for state in STACKED if state in times):
            height = min(times[state] / (lasts_s / buckets), 1.0) * HOST_HEIGHT
            bottom -= height
            yield {
                "state": state,
                "x": _svg_number(place * step),
                "y": _svg_number(max(bottom, HOST_TOP)),
                "width": _svg_number(max(step - GAP, 1.0)),
                "height": _svg_number(height),
            }


def _time_by_bucket(
    spans: Sequence[tuple[float, float, str]], bucket_s: float, buckets: int
) -> list[dict[str, float]]:
    """Return the seconds that each state takes of each bucket."""
    spent: list[dict[str, float]] = [{} for _ in range(buckets)]
    for begins_s, ends_s, state in spans:
        for place in range(int(begins_s / bucket_s), min(int(ends_s / bucket_s) + 1, buckets)):
            within_s = min(ends_s, (place + 1) * bucket_s) - max(begins_s, place * bucket_s)
            spent[place][state] = spent[place].get(state, 0.0) + max(within_s, 0.0)
    return spent


def _legend(shares: Mapping[str, float]) -> list[dict[str, str]]:
    return [
        {"state": state, "name": state_name(state), "share": localized(100 * share, 0)}
        for state, share in sorted(shares.items(), key=lambda item: -item[1])
        if share
    ]


def _svg_number(value: float) -> str:
    """Return a number in SVG's format, independent of the page's language."""
    return f"{value:.1f}"
