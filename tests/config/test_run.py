"""What `make run` prints."""

from config.run import framed


def test_the_frame_is_as_wide_as_its_longest_line() -> None:
    lines = framed("Running", "Web:   http://127.0.0.1:8000/\n\nCtrl-C stops.").strip().splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[0].startswith("┌ Running ─")
    assert lines[1] == "│ Web:   http://127.0.0.1:8000/ │"
    assert lines[-1] == "└" + "─" * 31 + "┘"
