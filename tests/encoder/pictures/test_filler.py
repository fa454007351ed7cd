import pytest

from encoder import h264
from encoder.pictures.filler import Filler


@pytest.mark.parametrize("kbit_s", [400, 2_500])
def test_unchanged_pictures_are_filled_up_to_the_floor(kbit_s: int) -> None:
    filler = Filler(kbit_s, 30)
    sent = sum(10 + len(filler.unit_after(10)) for _ in range(300))
    assert sent == pytest.approx(10 * kbit_s * 125, rel=0.002)


def test_a_large_picture_spares_filler_for_a_second_at_most() -> None:
    filler = Filler(800, 25)
    assert filler.unit_after(1_000_000) == b""
    added = [len(filler.unit_after(10)) for _ in range(30)]
    assert added[:24] == [0] * 24
    assert min(added[26:]) > 3_900


def test_a_filling_unit_is_one_that_decoders_drop() -> None:
    unit = Filler(1_000, 30).unit_after(10)
    assert h264.unit_kind(unit) == h264.FILLER
    assert not unit[0] & 0x60
    assert set(unit[1:-1]) == {0xFF}
    assert unit[-1] == 0x80


def test_no_floor_adds_nothing() -> None:
    assert [Filler(0, 30).unit_after(0) for _ in range(3)] == [b""] * 3
