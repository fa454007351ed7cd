"""OBS brings a browser of its own, years old: the overlay keeps to what Chromium 103 understands."""

import re

from tests.architecture.sources import ROOT, shown

OVERLAY = ROOT / "static" / "overlay"
# What came later, and with which Chromium.
CSS = {
    r"@container|\d(?:cqw|cqh|cqi|cqb|cqmin|cqmax)\b|container-(?:type|name)\s*:": 105,
    r":has\(": 105,
    r"[\s{;](?:translate|rotate|scale)\s*:": 104,
    r"@media[^{]*[<>]": 104,
    r"\d[dsl]v(?:h|w|i|b|min|max)\b": 108,
    r"color-mix\(|oklch\(|oklab\(|\blch\(|\blab\(|\bcolor\(": 111,
    r"\b(?:sin|cos|tan|atan2?|pow|sqrt|hypot)\(": 111,
    r"(?:^|[\s{};,])&": 112,
    r"\blinear\(": 113,
    r"text-wrap|white-space-collapse": 114,
    r"animation-timeline|view-timeline|scroll-timeline": 115,
    r"@starting-style|transition-behavior|subgrid": 117,
    r"@scope": 118,
    r"scrollbar-(?:color|width)": 121,
    r"light-dark\(|field-sizing": 123,
    r"position-anchor|anchor\(|\b(?:round|mod|rem)\(": 125,
}
# Where it is not understood, the lines of a caption are as wide as before, and that is all.
MAY_BE_MISSING = re.compile(r"text-wrap: balance;")
SCRIPTS = {
    r"checkVisibility": 105,
    r"setSinkId|\.to(?:Sorted|Reversed|Spliced)\(|\.with\(": 110,
    r"isWellFormed|toWellFormed|startViewTransition": 111,
    r"showPopover|hidePopover|togglePopover|\.transfer\(": 114,
    r"AbortSignal\.any": 116,
    r"\b(?:Object|Map)\.groupBy": 117,
    r"withResolvers": 119,
    r"URL\.canParse": 120,
    r"Array\.fromAsync": 121,
    r"\.(?:union|intersection|difference|symmetricDifference|isSubsetOf|isSupersetOf|isDisjointFrom)\(": 122,
    r"\bIterator\.|from \"[^\"]+\" with \{": 123,
    r"Promise\.try|scheduler\.yield|RegExp\.escape": 128,
    r"\bawait using\b|\busing \w+ =": 134,
}


def newer(kind: str, features: dict[str, int]) -> list[str]:
    found = []
    for path in sorted(OVERLAY.rglob(f"*.{kind}")):
        text = re.sub(
            r"/\*.*?\*/", "", MAY_BE_MISSING.sub("", path.read_text(encoding="utf-8")), flags=re.DOTALL
        )
        found += [
            f"{shown(path)}: {match[0].strip()} needs Chromium {version}"
            for pattern, version in features.items()
            for match in re.finditer(pattern, text, re.MULTILINE)
        ]
    return found


def test_the_overlays_style_sheets_use_nothing_newer() -> None:
    assert newer("css", CSS) == []


def test_the_overlays_scripts_use_nothing_newer() -> None:
    assert newer("js", SCRIPTS) == []
