from datetime import UTC, datetime, timedelta

from billing.pages.forecast import forecast

START = datetime(2026, 11, 1, tzinfo=UTC)
END = START + timedelta(days=30)


def test_the_use_so_far_goes_on_to_the_periods_end() -> None:
    found = forecast(used=100, left=500, start=START, end=END, now=START + timedelta(days=10))
    assert found is not None
    assert (found.at_end, found.runs_out_at) == (300, None)


def test_what_does_not_last_has_the_day_on_which_it_runs_out() -> None:
    found = forecast(used=100, left=50, start=START, end=END, now=START + timedelta(days=10))
    assert found is not None
    assert found.runs_out_at == START + timedelta(days=15)


def test_what_is_used_up_runs_out_now() -> None:
    now = START + timedelta(days=10)
    found = forecast(used=100, left=0, start=START, end=END, now=now)
    assert found is not None
    assert found.runs_out_at == now


def test_nothing_is_guessed() -> None:
    day = timedelta(days=1)
    assert forecast(used=0, left=9, start=START, end=END, now=START + 9 * day) is None, "nothing is used"
    assert forecast(used=9, left=9, start=START, end=END, now=START + day) is None, "it has hardly begun"
    assert forecast(used=9, left=9, start=START, end=END, now=END + day) is None, "it is over"
