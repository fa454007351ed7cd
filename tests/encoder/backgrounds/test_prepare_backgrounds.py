"""The command that makes the shipped backgrounds before a live needs them."""

from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from PIL import Image

from encoder.backgrounds.shipped import BACKGROUNDS
from encoder.looping.library import STORAGE, name_of
from encoder.looping.preparation import LoopOptions
from encoder.looping.video import read_loop
from tests.architecture.sources import ROOT


def test_the_pictures_on_the_page_are_those_of_the_backgrounds(tmp_path: Path) -> None:
    call_command("prepare_backgrounds", previews=tmp_path)
    for key in BACKGROUNDS:
        new, shipped = (
            np.asarray(Image.open(folder / f"{key}.webp").convert("RGB")).astype(int)
            for folder in (tmp_path, ROOT / "static/img/backgrounds")
        )
        assert np.abs(new - shipped).mean() < 2, f"{key}: make the pictures anew with --previews"


@pytest.mark.slow
@pytest.mark.processes
def test_a_background_is_stored_as_a_video_that_can_be_repeated() -> None:
    call_command("prepare_backgrounds", size="144x256", only=["waves"])
    with storages[STORAGE].open(name_of(LoopOptions(144, 256, background="waves"))) as file:
        video = read_loop(file.read(), 30)
    assert (video.parameters.width, video.parameters.height) == (144, 256)
    assert len(video.pictures) == 360
