from collections.abc import Callable
from pathlib import Path

import polib  # type: ignore[import-untyped]
import pytest

from config.translations import (
    ROOT,
    catalogue_path,
    compile_catalogues,
    find_messages,
    find_problems,
    update_catalogues,
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one app and one template, in English and Italian."""
    monkeypatch.setattr("config.translations.LANGUAGES", ("en", "it"))
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").touch()
    (tmp_path / "app" / "words.py").write_text(
        "from django.utils.translation import gettext_lazy as _, ngettext, pgettext\n"
        '_("Mute")\npgettext("verb", "Live")\nngettext("%(count)s line", "%(count)s lines", 2)\n'
    )
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(
        '{% load i18n %}\n  <p>{% translate "It\'s on" %}\n'
        "      {% blocktranslate with name=show.name trimmed %}\n   Edit\n {{ name }}"
        "{% endblocktranslate %}\n"
        "{% blocktranslate count n=n %}{{ n }} gift{% plural %}{{ n }} gifts{% endblocktranslate %}</p>\n"
    )
    return tmp_path


@pytest.fixture
def translate(project: Path) -> Callable[[dict[str, str]], None]:
    """Call with Italian words by their English ones; what is not named stays empty."""
    update_catalogues(project)

    def write(words: dict[str, str]) -> None:
        path = catalogue_path(project, "it")
        catalogue = polib.pofile(str(path))
        for entry in catalogue:
            if entry.msgid_plural:
                entry.msgstr_plural = {0: words.get(entry.msgid, ""), 1: words.get(entry.msgid_plural, "")}
            else:
                entry.msgstr = words.get(entry.msgid, "")
        catalogue.save(str(path))

    return write


ITALIAN = {
    "Mute": "Silenzia",
    "Live": "In onda",
    "%(count)s line": "una riga",
    "%(count)s lines": "%(count)s righe",
    "It's on": "È in onda",
    "Edit %(name)s": "Modifica %(name)s",
    "%(n)s gift": "%(n)s regalo",
    "%(n)s gifts": "%(n)s regali",
}


def test_every_word_of_the_project_is_in_every_language() -> None:
    assert find_problems(ROOT) == []


def test_words_are_found_in_code_and_in_templates(project: Path) -> None:
    found = find_messages(project)
    assert {singular for singular, _ in found} == ITALIAN.keys() - {"%(count)s lines", "%(n)s gifts"}
    assert found["Live", "verb"].files == {"app/words.py"}
    assert found["%(n)s gift", ""].plural == "%(n)s gifts"


def test_a_whole_catalogue_has_no_problems(
    project: Path, translate: Callable[[dict[str, str]], None]
) -> None:
    translate(ITALIAN)
    assert find_problems(project) == []


def test_what_has_no_translation_is_a_problem(
    project: Path, translate: Callable[[dict[str, str]], None]
) -> None:
    translate({**ITALIAN, "Mute": "", "%(n)s gifts": ""})
    assert find_problems(project) == ["it: not translated: '%(n)s gift'", "it: not translated: 'Mute'"]


def test_a_placeholder_that_is_lost_or_invented_is_a_problem(
    project: Path, translate: Callable[[dict[str, str]], None]
) -> None:
    translate({**ITALIAN, "Edit %(name)s": "Modifica", "%(n)s gifts": "%(m)s regali"})
    assert find_problems(project) == [
        "it: other placeholders: '%(n)s gift'",
        "it: other placeholders: 'Edit %(name)s'",
    ]


def test_a_word_that_is_new_or_gone_is_a_problem_until_the_catalogues_are_updated(
    project: Path, translate: Callable[[dict[str, str]], None]
) -> None:
    translate(ITALIAN)
    (project / "app" / "words.py").write_text('_("Unmute")\n')
    problems = find_problems(project)
    assert "it: not in the catalogue: 'Unmute'" in problems
    assert "it: no longer in use: 'Mute'" in problems
    update_catalogues(project)
    assert find_problems(project) == ["it: not translated: 'Unmute'"]


def test_an_update_keeps_what_was_translated(
    project: Path, translate: Callable[[dict[str, str]], None]
) -> None:
    translate(ITALIAN)
    before = catalogue_path(project, "it").read_text()
    update_catalogues(project)
    assert catalogue_path(project, "it").read_text() == before


def test_what_is_compiled_holds_the_translations(
    project: Path, translate: Callable[[dict[str, str]], None]
) -> None:
    translate(ITALIAN)
    compile_catalogues(project)
    compiled = polib.mofile(str(catalogue_path(project, "it").with_suffix(".mo")))
    assert compiled.find("Mute").msgstr == "Silenzia"
