from providers.breaker import BreakerSettings, CircuitBreaker
from tests.fakes.clock import FakeClock


def breaker_with(clock: FakeClock) -> CircuitBreaker:
    return CircuitBreaker(BreakerSettings(failures=3, pause_s=5.0, longest_pause_s=15.0), now_s=clock)


def open_breaker(clock: FakeClock) -> CircuitBreaker:
    breaker = breaker_with(clock)
    breaker.failed(permanent=True)
    return breaker


def test_it_opens_after_failures_in_a_row_only() -> None:
    breaker = breaker_with(FakeClock())
    breaker.failed(permanent=False)
    breaker.failed(permanent=False)
    breaker.succeeded()
    breaker.failed(permanent=False)
    breaker.failed(permanent=False)
    assert breaker.admit()
    breaker.failed(permanent=False)
    assert not breaker.admit()


def test_a_permanent_failure_opens_it_at_once() -> None:
    assert not open_breaker(FakeClock()).admit()


def test_after_the_pause_one_caller_at_a_time_probes() -> None:
    clock = FakeClock()
    breaker = open_breaker(clock)
    clock.now_s = 5.0
    assert [breaker.admit(), breaker.admit()] == [True, False]
    breaker.succeeded()
    assert [breaker.admit(), breaker.admit()] == [True, True]
    assert not breaker.is_open


def test_each_probe_that_fails_doubles_the_pause_up_to_the_longest() -> None:
    clock = FakeClock()
    breaker = open_breaker(clock)
    for pause_s in (5.0, 10.0, 15.0, 15.0):
        clock.now_s += pause_s - 0.1
        assert not breaker.admit()
        clock.now_s += 0.1
        assert breaker.admit()
        breaker.failed(permanent=False)


def test_a_probe_that_was_cut_off_leaves_room_for_the_next() -> None:
    clock = FakeClock()
    breaker = open_breaker(clock)
    clock.now_s = 5.0
    assert breaker.admit()
    breaker.abandoned()
    assert breaker.admit()


def test_what_was_asked_before_it_opened_does_not_lengthen_the_pause() -> None:
    clock = FakeClock()
    breaker = open_breaker(clock)
    breaker.failed(permanent=False)
    clock.now_s = 5.0
    assert breaker.admit()
