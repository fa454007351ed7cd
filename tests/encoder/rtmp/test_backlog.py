from encoder.rtmp.backlog import Backlog, PictureGate
from tests.encoder.rtmp.streams import picture, sound


def test_a_connection_that_takes_everything_is_not_behind() -> None:
    backlog = Backlog()
    for second in range(100):
        backlog.note(written=1000 * second, unsent=0, now_s=float(second))
    assert backlog.behind_s(100.0) == 0
    assert backlog.stalled_s(100.0) == 0


def test_a_connection_is_behind_by_the_age_of_its_oldest_byte() -> None:
    backlog = Backlog()
    for second in range(5):
        backlog.note(written=1000 * (second + 1), unsent=1000 * second, now_s=float(second))
    assert backlog.behind_s(4.0) == 3.0
    backlog.note(written=5000, unsent=1000, now_s=4.5)
    assert backlog.behind_s(4.5) == 0.5


def test_a_slow_connection_is_not_a_frozen_one() -> None:
    backlog = Backlog()
    for second in range(10):
        backlog.note(written=1000 * (second + 1), unsent=990 * second, now_s=float(second))
    assert backlog.stalled_s(9.5) == 0.5
    backlog.note(written=10_000, unsent=8910, now_s=12.0)
    assert backlog.stalled_s(12.0) == 3.0


def test_pictures_wait_for_the_first_key_picture() -> None:
    gate = PictureGate()
    assert [gate.passes(tag, 0) for tag in (picture(0), picture(1, is_key=True), picture(2))] == [
        False, True, True,
    ]  # fmt: skip


def test_behind_pictures_are_left_out_until_the_next_key_picture_and_sound_never() -> None:
    gate = PictureGate()
    gate.passes(picture(0, is_key=True), 0)
    assert not gate.passes(picture(1), 2.5)
    assert gate.passes(sound(1), 2.5)
    assert not gate.passes(picture(2), 0.0), "it refers to the one that was left out"
    assert gate.passes(picture(3, is_key=True), 2.5)
    assert gate.passes(picture(4), 0.0)
    assert gate.dropped == 2


def test_pictures_to_which_nobody_refers_are_left_out_first() -> None:
    gate = PictureGate()
    gate.passes(picture(0, is_key=True), 0)
    assert not gate.passes(picture(1, is_reference=False), 0.6)
    assert gate.passes(picture(2), 0.6)
