"""Measurements and tests look into the page by `vivavoce.…`: what they ask for is there."""

import re

from tests.architecture.sources import ROOT, files

ASKED = re.compile(r"vivavoce\.(player|watch)\.(\w+)")


def test_what_is_asked_of_the_page_is_there() -> None:
    sources = [path.read_text(encoding="utf-8") for path in files("livesessions", "tests")]
    asked = {found for source in sources for found in ASKED.findall(source)}
    assert asked
    for part, name in asked:
        script = (ROOT / "static" / "overlay" / f"{part}.js").read_text(encoding="utf-8")
        assert re.search(rf"^  (?:get |async )?{name}\(", script, re.MULTILINE), f"{part}.{name}"
