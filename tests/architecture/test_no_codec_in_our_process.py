"""Codecs and browsers run as programs of their own: a crash of one ends no live, and none is linked."""

from pathlib import Path

from tests.architecture.sources import APPS, ROOT, files, imports, shown

CODECS = {"av", "cv2", "ffmpeg", "gi", "moviepy", "pylibrtmp"}
BROWSERS = {"playwright", "pyppeteer", "selenium"}


def test_no_codec_and_no_browser_is_loaded_into_our_process() -> None:
    found = [
        f"{shown(path)} imports {module}"
        for path in files(*APPS)
        for module in imports(path)
        if module.partition(".")[0] in CODECS | BROWSERS
    ]
    assert found == []


def test_none_is_installed_with_the_product() -> None:
    pinned = Path(ROOT, "requirements/base.txt").read_text(encoding="utf-8").lower()
    names = {line.partition("==")[0].strip() for line in pinned.splitlines() if "==" in line}
    assert not names & {"av", "opencv-python", "ffmpeg-python", "moviepy", "playwright", "selenium"}
