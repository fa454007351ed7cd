"""No app becomes the whole product, and no folder is too large to be read."""

from collections import Counter

from tests.architecture.sources import APPS, ROOT, files

PRODUCT = files("config", *APPS)
MAX_SHARE = 0.30  # of the product's lines in one app
MAX_FILES = 25  # Python files in one folder


def test_no_app_holds_more_than_its_share() -> None:
    lines: Counter[str] = Counter()
    for path in PRODUCT:
        lines[path.relative_to(ROOT).parts[0]] += len(path.read_text(encoding="utf-8").splitlines())
    assert {app: size for app, size in lines.items() if size > MAX_SHARE * lines.total()} == {}


def test_no_folder_has_to_be_searched() -> None:
    counts = Counter(path.parent for path in PRODUCT)
    assert {str(folder): count for folder, count in counts.items() if count > MAX_FILES} == {}
