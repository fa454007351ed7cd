"""Tags that every page may use: `{% load interface %}`. docs/design.md shows each with its markup."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.template.context import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from interface.charts import HEIGHT, WIDTH, Rect, bar_rects, line_points

register = template.Library()

NEAR_LIMIT = 0.8
ICONS = "img/icons.svg"


@register.simple_block_tag(takes_context=True)
def command_form(
    context: Context,
    content: str,
    view_name: str,
    *args: object,
    button: str = "btn btn-line",
    icon: str = "",
    label: str = "",
    id: str = "",  # noqa: A002 - the name of the HTML attribute
    target: str = "",
    swap: str = "",
    confirm: str = "",
    command: str = "",
    timeout_ms: int = 0,
    **fields: object,
) -> SafeString:
    """Render a form with one button that posts to a view; the block's content is the button's text.

    - `view_name` and the positional arguments name the address, as in `{% url %}`.
    - `button`: the button's classes; `icon`: its icon; `id`: its id; `label`: its accessible name where the
      text does not say enough.
    - `target`: what the answer replaces. With it the form is sent by htmx, which disables the button
      meanwhile; without a script the form is sent as usual. `swap` and `confirm` are htmx's.
    - `command` and `timeout_ms`: what the console's socket sends when the server cannot answer.
    - Every other keyword becomes a hidden field.
    """
    values = {
        "action": reverse(view_name, args=args),
        "content": content if content.strip() else "",  # escaped already; `strip` would forget that
        "button": button,
        "icon": icon,
        "label": label,
        "button_id": id,
        "target": target,
        "swap": swap,
        "confirm": confirm,
        "command": command,
        "timeout_ms": timeout_ms,
        "fields": fields,
        "csrf_token": context.get("csrf_token"),
    }
    return _render(context, "_command_form.html", values)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon, as `_icon.html` does, in a tenth of its time: for rows of which a page has many."""
    return _icon(name, static(ICONS))


@lru_cache(maxsize=256)
def _icon(name: str, address: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#icon-{}"></use></svg>', address, name
    )


@register.simple_tag
def crumb(text: str, view_name: str, *args: object) -> SafeString:
    """Render one breadcrumb: a link to a page above this one."""
    return format_html('<li><a href="{}"><bdi>{}</bdi></a></li>', reverse(view_name, args=args), text)


@register.inclusion_tag("_sparkline.html")
def sparkline(values: Sequence[float | None], label: str, tone: str = "") -> dict[str, Any]:
    """Draw values, oldest first, as a small line. `label` says in words what it shows; None is a gap."""
    runs = line_points(values)
    lines = [" ".join(f"{x},{y}" for x, y in run) for run in runs]
    areas = [
        f"{run[0][0]},{HEIGHT} {line} {run[-1][0]},{HEIGHT}" for run, line in zip(runs, lines, strict=True)
    ]
    return {"lines": lines, "areas": areas, "label": label, "tone": tone, "width": WIDTH, "height": HEIGHT}


@register.inclusion_tag("_bars.html")
def bars(values: Sequence[float], label: str, tone: str = "") -> dict[str, Any]:
    """Draw values as bars. `label` says in words what they show."""
    return {"rects": bar_rects(values), "label": label, "tone": tone, "width": WIDTH, "height": HEIGHT}


@register.inclusion_tag("_meter.html")
def meter(value: float, limit: float, label: str) -> dict[str, Any]:
    """Draw how much of a limit is used: amber from 80 %, coral when it is used up."""
    share = min(1.0, max(0.0, value / limit)) if limit > 0 else 1.0
    state = "is-over" if share >= 1 else "is-near" if share >= NEAR_LIMIT else ""
    return {"rect": Rect(0, 0, round(share * WIDTH, 2), 1), "state": state, "label": label, "width": WIDTH}


def _render(context: Context, name: str, values: dict[str, Any]) -> SafeString:
    engine = context.template.engine  # type: ignore[union-attr] # a tag renders inside a template
    return engine.get_template(name).render(context.new(values))
