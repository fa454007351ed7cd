"""Reads a page as a browser without scripts does: its forms, and what in it only a script can work."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

# What cannot be typed into, and what is never sent back.
NOT_TYPED = {"hidden", "checkbox", "radio", "file", "password", "submit", "button", "color"}
VOID = {"input", "img", "br", "hr", "meta", "link", "source", "wbr", "col", "area", "base", "embed", "track"}
SENT_BY_HTMX = ("hx-get", "hx-post", "hx-put", "hx-delete")


@dataclass
class Form:
    """A form of a page: where it is sent, what it holds, and which of its fields are typed."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)
    buttons: int = 0


class PageReader(HTMLParser):
    """Collects a page's POST forms, its fields with an error, its ids, and the parts that need a script."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.ids: set[str] = set()
        self.wrong: dict[str, str] = {}  # a field with an error: the ids of the texts that describe it
        self.says_so = False  # a notice for browsers without scripts
        self.needs_script: list[str] = []
        self._form: Form | None = None
        self._area = self._choice = ""
        self._open: list[tuple[str, bool]] = []  # each open tag, and whether it hides what is in it

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        self.says_so |= tag == "noscript"
        if given.get("aria-invalid") == "true":
            self.wrong[given.get("name", tag)] = given.get("aria-describedby", "")
        if not any(hides for _, hides in self._open) and "hidden" not in given:
            self._look_for_scripts(tag, given)
        if tag not in VOID:
            self._open.append((tag, tag == "template" or "hidden" in given))
        self._read_form(tag, given)

    def _look_for_scripts(self, tag: str, given: dict[str, str]) -> None:
        is_lone = tag == "button" and given.get("type") == "button" and "popovertarget" not in given
        asks = any(name in given for name in SENT_BY_HTMX)
        # What htmx asks for by itself, again and again or once, is in the page already or loaded with it.
        by_itself = any(word in given.get("hx-trigger", "") for word in ("every", "load", "input", "change"))
        works = (
            (tag == "form" and ("action" in given or given.get("method") == "post"))
            or (tag == "a" and "href" in given)
            or (tag == "button" and (self._form is not None or "form" in given) and not is_lone)
        )
        if is_lone or (tag == "a" and not given.get("href", "-")) or (asks and not by_itself and not works):
            self.needs_script.append(f"<{tag} {' '.join(f'{key}={given[key]!r}' for key in sorted(given))}>")

    def _read_form(self, tag: str, given: dict[str, str]) -> None:
        if tag == "form" and given.get("method", "").lower() == "post":
            self._form = Form(given.get("action", ""))
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "option" and self._choice:
            if "selected" in given or self._choice not in self._form.values:
                self._form.values[self._choice] = given.get("value", "")
        elif tag == "button" and given.get("type") != "button":
            self._press(given)
        elif given.get("name"):
            self._add(tag, given)

    def _press(self, given: dict[str, str]) -> None:
        """Note a button; the first one of a form that has a name sends its value with it."""
        assert self._form is not None
        if not self._form.buttons and given.get("name"):
            self._form.values[given["name"]] = given.get("value", "")
        self._form.buttons += 1

    def _add(self, tag: str, given: dict[str, str]) -> None:
        assert self._form is not None
        name, kind = given["name"], given.get("type", "text")
        if tag == "select":
            self._choice = name
        elif tag == "textarea":
            self._area = name
            self._form.values[name] = ""
            self._form.typed.add(name)
        elif tag == "input" and (kind not in NOT_TYPED or kind == "hidden" or "checked" in given):
            self._form.values[name] = given.get("value", "")
            if kind not in NOT_TYPED:
                self._form.typed.add(name)

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._area:
            self._form.values[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._choice = ""
        elif tag == "textarea":
            if self._form is not None and self._area:
                # The first line break after the tag is not part of the text.
                text = self._form.values[self._area]
                self._form.values[self._area] = text.removeprefix("\n")
            self._area = ""


def read_page(answer: Any) -> PageReader:
    """Return what a page holds; nothing for what is no page."""
    reader = PageReader()
    if not answer.streaming and "text/html" in answer.headers.get("Content-Type", ""):
        reader.feed(answer.content.decode(errors="replace"))
    return reader
