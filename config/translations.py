"""Manages the translation catalogues: `python -m config.translations {extract|check|compile}`.

- `extract` updates the catalogues with the texts of code and templates.
- `check` lists what the catalogues lack.
- `compile` writes the binary files that Django reads.

The gettext tools are not needed.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import polib  # type: ignore[import-untyped]
from babel.messages.extract import extract
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE_LANGUAGE = "en"
LANGUAGES = ("en", "it", "de")
PLURAL_FORMS = "nplurals=2; plural=(n != 1);"
WITHOUT_TEXTS = {"tests", "migrations", "docs", "requirements", "staticfiles", "docker"}

SINGULAR = ("_", "gettext", "gettext_lazy", "gettext_noop")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(SINGULAR),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

Key = tuple[str, str]


@dataclass(slots=True)
class CatalogueMessage:
    """A text to translate. `plural` is empty for a text without a number."""

    context: str
    singular: str
    plural: str = ""
    files: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        return (self.singular, self.context)


def find_messages(root: Path) -> dict[Key, CatalogueMessage]:
    """Return all texts marked for translation below `root`, with the files that contain them."""
    found: dict[Key, CatalogueMessage] = {}
    for path in _sources(root):
        for message in _messages_in(path):
            known = found.setdefault(message.key, message)
            known.plural = known.plural or message.plural
            known.files.add(path.relative_to(root).as_posix())
    return found


def _sources(root: Path) -> Iterator[Path]:
    packages = [path.parent for path in root.glob("*/__init__.py") if path.parent.name not in WITHOUT_TEXTS]
    for package in sorted(packages):
        yield from (path for path in sorted(package.rglob("*.py")) if not WITHOUT_TEXTS & set(path.parts))
    for suffix in ("html", "txt", "svg"):
        yield from sorted((root / "templates").rglob(f"*.{suffix}"))


def _messages_in(path: Path) -> Iterator[CatalogueMessage]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # `templatize` leaves indented calls, which Python cannot parse.
        text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines())
    for _line, texts, _comments, context in extract("python", BytesIO(text.encode()), keywords=KEYWORDS):
        singular, *plural = [texts] if isinstance(texts, str) else [part for part in texts if part]
        yield CatalogueMessage(context or "", singular, plural[0] if plural else "")


def catalogue_path(root: Path, language: str) -> Path:
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def update_catalogues(root: Path) -> None:
    """Add new texts, delete unused ones, and keep existing translations."""
    messages = find_messages(root)
    for language in LANGUAGES:
        path = catalogue_path(root, language)
        path.parent.mkdir(parents=True, exist_ok=True)
        old = _read(path)
        catalogue = polib.POFile(wrapwidth=110)
        catalogue.metadata = {
            "Language": language,
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Plural-Forms": PLURAL_FORMS,
        }
        for key in sorted(messages):
            catalogue.append(_entry(messages[key], old.get(key), language))
        catalogue.save(str(path))


def _read(path: Path) -> dict[Key, polib.POEntry]:
    if not path.exists():
        return {}
    entries = polib.pofile(str(path))
    return {(entry.msgid, entry.msgctxt or ""): entry for entry in entries if not entry.obsolete}


def _entry(message: CatalogueMessage, old: polib.POEntry | None, language: str) -> polib.POEntry:
    entry = polib.POEntry(
        msgid=message.singular,
        msgid_plural=message.plural,
        msgctxt=message.context or None,
        occurrences=[(name, "") for name in sorted(message.files)],
        flags=["python-format"] if "%(" in message.singular + message.plural else [],
    )
    if language == SOURCE_LANGUAGE:
        forms = [message.singular, message.plural]
    else:
        forms = [old.msgstr_plural.get(0) or old.msgstr, old.msgstr_plural.get(1, "")] if old else ["", ""]
    if message.plural:
        entry.msgstr_plural = dict(enumerate(forms))
    else:
        entry.msgstr = forms[0]
    return entry


def find_problems(root: Path) -> list[str]:
    """Return the problems of the catalogues, one line each."""
    messages = find_messages(root)
    problems = []
    for language in LANGUAGES:
        entries = _read(catalogue_path(root, language))
        missing, gone = messages.keys() - entries.keys(), entries.keys() - messages.keys()
        problems += [f"{language}: not in the catalogue: {singular!r}" for singular, _ in sorted(missing)]
        problems += [f"{language}: no longer in use: {singular!r}" for singular, _ in sorted(gone)]
        for entry in entries.values():
            problems += [f"{language}: {fault}: {entry.msgid!r}" for fault in _faults(entry)]
    return problems


def _faults(entry: polib.POEntry) -> Iterator[str]:
    forms = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if not all(forms):
        yield "not translated"
        return
    if entry.fuzzy:
        yield "fuzzy"
    wanted = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
    for form in forms:
        used = set(PLACEHOLDER.findall(form))
        # "One viewer" has no number, so a plural form may omit placeholders.
        if not used <= wanted or (not entry.msgid_plural and used != wanted):
            yield "other placeholders"


def compile_catalogues(root: Path) -> None:
    """Write the binary catalogues atomically, so that a starting process never reads half a file."""
    for language in LANGUAGES:
        path = catalogue_path(root, language)
        fresh = path.with_suffix(".mo.new")
        polib.pofile(str(path)).save_as_mofile(str(fresh))
        fresh.replace(path.with_suffix(".mo"))


def _check(root: Path) -> None:
    problems = find_problems(root)
    if problems:
        sys.exit("\n".join([*problems, "Run `make messages`, then translate what is empty."]))


COMMANDS: dict[str, Callable[[Path], None]] = {
    "extract": update_catalogues,
    "check": _check,
    "compile": compile_catalogues,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="config.translations", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    COMMANDS[parser.parse_args().command](ROOT)
