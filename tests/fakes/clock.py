"""A clock that stands until the test moves it."""


class FakeClock:
    """Called, it tells `now_s`."""

    def __init__(self, now_s: float = 0.0) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s
