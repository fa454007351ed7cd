import pytest

from encoder import flv, h264
from encoder.flv import FlvKind, FlvReader, MalformedFlv
from encoder.h264 import MalformedVideo

PICTURE_SET = bytes.fromhex("68ebe3cb22c0")


class Bits:
    """Writes the fields of a parameter set."""

    def __init__(self) -> None:
        self.text = ""

    def put(self, *codes: int) -> "Bits":
        """Write Exp-Golomb codes."""
        for code in codes:
            binary = f"{code + 1:b}"
            self.text += "0" * (len(binary) - 1) + binary
        return self

    def flag(self, *bits: int) -> "Bits":
        self.text += "".join(map(str, bits))
        return self

    def unit(self, *head: int) -> bytes:
        text = self.text + "1"
        text += "0" * (-len(text) % 8)
        payload = int(text, 2).to_bytes(len(text) // 8, "big")
        for ending in (b"\0\0\0", b"\0\0\1", b"\0\0\2", b"\0\0\3"):
            payload = payload.replace(ending, b"\0\0\3" + ending[2:])
        return bytes(head) + payload


def high(columns: int, rows: int, crop: tuple[int, ...] = ()) -> bytes:
    bits = Bits().put(0, 1, 0, 0).flag(0, 0).put(0, 0, 4, 1).flag(0).put(columns - 1, rows - 1).flag(1, 1)
    bits.flag(1).put(*crop) if crop else bits.flag(0)
    return bits.flag(0).unit(0x67, 100, 0, 31)


def baseline(columns: int, rows: int) -> bytes:
    bits = Bits().put(0, 0, 2, 1).flag(0).put(columns - 1, rows - 1).flag(1, 1, 0, 0)
    return bits.unit(0x67, 66, 0xC0, 30)


@pytest.mark.parametrize(
    ("unit", "size", "profile"),
    [
        (high(45, 80), (720, 1280), "High"),
        (high(68, 120, (0, 4, 0, 0)), (1080, 1920), "High"),
        (high(120, 68, (0, 0, 0, 4)), (1920, 1080), "High"),
        (baseline(20, 15), (320, 240), "Baseline"),
    ],
)
def test_a_parameter_set_says_size_and_profile(unit: bytes, size: tuple[int, int], profile: str) -> None:
    found = h264.read_sequence_set(unit)
    assert ((found.width, found.height), found.profile_name) == (size, profile)


@pytest.mark.parametrize(
    "unit", [b"", b"\x67", b"\x68\x64\x00\x1f\xff", b"\x67\x64\x00\x1f", high(45, 80)[:6], high(2000, 80)]
)
def test_a_malformed_parameter_set_is_refused(unit: bytes) -> None:
    with pytest.raises(MalformedVideo):
        h264.read_sequence_set(unit)


def test_a_byte_stream_is_split_into_its_units() -> None:
    data = b"\0\0\0\1\x67abc\0\0\1\x68de\0\0\0\1\x65" + b"x" * 20
    assert h264.split_annex_b(data) == [b"\x67abc", b"\x68de", b"\x65" + b"x" * 20]


def test_units_survive_a_picture_and_a_cut_picture_is_refused() -> None:
    units = [b"\x06sei", b"\x65slice"]
    picture = h264.join_picture(units)
    assert list(h264.split_picture(picture)) == units
    for cut in (picture[:-1], picture[:2]):
        with pytest.raises(MalformedVideo):
            list(h264.split_picture(cut))


def test_a_configuration_holds_the_parameter_sets() -> None:
    config = h264.avc_config(high(45, 80), PICTURE_SET)
    assert h264.parameter_sets(config) == (high(45, 80), PICTURE_SET)
    for cut in (b"", config[:8], config[:-2]):
        with pytest.raises(MalformedVideo):
            h264.parameter_sets(cut)


@pytest.mark.parametrize(("head", "is_reference"), [(0x41, True), (0x65, True), (0x01, False)])
def test_a_picture_to_which_nobody_refers_is_known(head: int, is_reference: bool) -> None:
    assert h264.is_reference(h264.join_picture([b"\x06sei", bytes((head, 1, 2))])) is is_reference


TAGS = [
    flv.metadata({"width": 720}),
    flv.video_configuration(b"\x01config"),
    flv.audio_configuration(b"\x11\x90"),
    flv.video_picture([b"\x65abc"], 40, is_key=True),
    flv.audio_frame(b"frame", 2**24 + 3),
    flv.video_picture([b"\x41abc"], 2**31 + 7, is_key=False),
]


@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_tags_survive_a_file_in_pieces_of_any_size(piece: int) -> None:
    data = flv.HEADER + b"".join(map(flv.write_tag, TAGS))
    reader = FlvReader()
    found = [tag for at in range(0, len(data), piece) for tag in reader.feed(data[at : at + piece])]
    assert found == TAGS


def test_a_tag_knows_what_it_is() -> None:
    assert [tag.is_configuration for tag in TAGS] == [False, True, True, False, False, False]
    assert [tag.is_key for tag in TAGS] == [False, False, False, True, False, False]
    assert TAGS[1].picture == b"\x01config"


def test_a_cut_last_tag_is_left_out() -> None:
    data = flv.HEADER + flv.write_tag(TAGS[0]) + flv.write_tag(TAGS[3])[:-5]
    assert flv.read_file(data) == TAGS[:1]


@pytest.mark.parametrize(
    "data",
    [b"RIFF" + bytes(20), flv.HEADER + bytes((5,)) + bytes(14), flv.HEADER + b"\x08\xff\xff\xff" + bytes(11)],
)
def test_what_is_no_flv_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedFlv):
        flv.read_file(data)


def test_the_kinds_of_tags_are_the_types_of_messages() -> None:
    assert [kind.value for kind in FlvKind] == [8, 9, 18]
