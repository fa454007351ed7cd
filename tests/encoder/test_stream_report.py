"""What is measured of a stream, and how it is said."""

from typing import Any

import pytest

from encoder.broadcast.report import StreamMeter, StreamPhase, StreamReport
from encoder.broadcast.setup import UnreadyReason
from encoder.rtmp.errors import PublishFault
from encoder.rtmp.publisher import PublisherStats
from encoder.stream_words import fault_text, stream_words


def measured(
    meter: StreamMeter,
    second: int,
    *,
    fps: float,
    phase: StreamPhase = StreamPhase.PUBLISHING,
    behind_s: float = 0.0,
) -> StreamReport:
    stats = PublisherStats(
        sent_bytes=second * 300_000,
        sent_pictures=round(second * fps),
        dropped_pictures=0,
        reconnects=0,
        unsent_bytes=0,
        behind_s=behind_s,
    )
    return meter.measure(stats, phase=phase, mode="loop", cpu_s=second * 0.02, now_s=float(second))


def test_a_stream_that_arrives_is_measured_over_ten_seconds() -> None:
    meter = StreamMeter(30)
    reports = [measured(meter, second, fps=30) for second in range(30)]
    last = reports[-1]
    assert (last["kbit_s"], last["fps"], last["cpu"], last["delivery"]) == (2_400, 30.0, 0.02, 1.0)
    assert not any(report["is_behind"] for report in reports)


def test_less_than_97_percent_of_the_pictures_for_ten_seconds_is_an_alarm() -> None:
    meter = StreamMeter(30)
    alarms = [measured(meter, second, fps=29.0)["is_behind"] for second in range(15)]
    assert alarms == [False] * 10 + [True] * 5
    meter = StreamMeter(30)
    assert not any(measured(meter, second, fps=29.3)["is_behind"] for second in range(15))


def test_what_waits_for_a_slow_server_has_not_arrived() -> None:
    meter = StreamMeter(30)
    reports = [measured(meter, second, fps=30, behind_s=0.1 * second) for second in range(15)]
    assert reports[-1]["delivery"] == pytest.approx(0.9, abs=0.01)
    assert reports[-1]["is_behind"]


def test_the_time_before_the_first_picture_is_no_alarm() -> None:
    meter = StreamMeter(30)
    waiting = [measured(meter, second, fps=0, phase=StreamPhase.CONNECTING) for second in range(30)]
    assert not any(report["is_behind"] for report in waiting)


def report(**fields: Any) -> StreamReport:
    values: dict[str, Any] = {
        "phase": "publishing", "fault": "", "mode": "loop", "kbit_s": 2_500, "fps": 30.0, "dropped": 0,
        "unsent_bytes": 0, "reconnects": 0, "cpu": 0.01, "delivery": 1.0, "is_behind": False, "stills": 0,
    }  # fmt: skip
    return {**values, **fields}  # type: ignore[typeddict-item]


def test_every_phase_and_every_fault_has_words() -> None:
    for phase in StreamPhase:
        assert stream_words(report(phase=phase.value, fault="bad_name")).text
    texts = {fault_text(fault) for fault in [*PublishFault, *UnreadyReason]}
    assert "" not in texts
    assert len(texts) == len(PublishFault) + len(UnreadyReason), "each has its own sentence"
    assert fault_text("of a newer worker") == ""


def test_a_held_stream_a_stutter_and_a_rehearsal_are_told_apart() -> None:
    held = stream_words(report(phase="held_by_server", fault="bad_name"))
    assert (held.tone, "old stream" in held.text) == ("wary", True)
    behind = stream_words(report(is_behind=True, delivery=0.91))
    assert (behind.tone, "91" in behind.text) == ("wary", True)
    assert stream_words(report(phase="failed", fault="rehearsal")).tone == "calm"
    assert stream_words(report(phase="failed", fault="bad_name")).tone == "wary"
