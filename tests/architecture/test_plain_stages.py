import pytest

from tests.architecture.sources import APPS, files, imports, shown

PLAIN = (
    "moderation/stage",
    "planner/stage",
    "providers/language_models",
    "speech/stage",
    "speech/providers",
    "livesessions/pipeline",
    "chatsources",
    "encoder/broadcast",
    "encoder/drawing",
    "encoder/pictures",
    "encoder/rtmp",
    "texts",
)
FRAMEWORKS = {"django", "django_scopes", "rest_framework", "allauth", "channels", "huey", "config"}


@pytest.mark.parametrize("folder", PLAIN)
def test_the_stages_know_no_framework(folder: str) -> None:
    found = files(folder)
    assert found, f"{folder} is gone: has it moved?"
    known = [
        f"{shown(path)} imports {module}"
        for path in found
        for module in imports(path)
        if module.partition(".")[0] in FRAMEWORKS or module.endswith((".models", ".services"))
    ]
    assert known == []


def test_nobody_imports_the_composition_root() -> None:
    known = [
        f"{shown(path)} imports {module}"
        for path in files(*APPS)
        for module in imports(path)
        if module.partition(".")[0] == "config"
    ]
    assert known == []
