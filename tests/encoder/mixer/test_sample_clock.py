from encoder.aac import FRAME_SAMPLES as AAC_SAMPLES
from encoder.mixer.sample_clock import SampleClock, picture_ms, samples_to_ms

DAY_NS = 24 * 3600 * 1_000_000_000


def test_after_24_hours_there_are_exactly_as_many_frames_as_time_passed() -> None:
    clock, now_ns = SampleClock(start_ns=123), 123
    step_ns = 987_654_321  # no multiple of a frame
    while now_ns < DAY_NS + 123:
        now_ns = min(now_ns + step_ns, DAY_NS + 123)
        clock.frames += clock.due(now_ns)
    assert clock.frames == 24 * 3600 * 50
    assert samples_to_ms(clock.samples) == 24 * 3600 * 1000


def test_sound_and_picture_are_less_than_20_ms_apart_after_24_hours() -> None:
    samples = 24 * 3600 * 48_000
    last_sound_ms = samples_to_ms(samples // AAC_SAMPLES * AAC_SAMPLES)
    last_picture_ms = picture_ms(24 * 3600 * 30, 30)
    assert abs(last_sound_ms - last_picture_ms) <= 22
    assert samples_to_ms(samples) == last_picture_ms


def test_times_never_go_back_and_do_not_wrap_after_71_minutes() -> None:
    times = [samples_to_ms(number * AAC_SAMPLES) for number in range(0, 5_000_000, 997)]
    assert times == sorted(times)
    assert times[-1] > 2**24


def test_the_next_frame_is_waited_for() -> None:
    clock = SampleClock(start_ns=0)
    assert clock.due(19_999_999) == 0
    assert clock.wait_ns(5_000_000) == 15_000_000
    assert clock.wait_ns(5_000_000, frames=2) == 35_000_000
    assert clock.due(20_000_000) == 1
    assert clock.due(-5) == 0
