from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def code_words(text: str) -> SafeString:
    """Return a text as HTML, with the words between backquotes as code."""
    parts = [("<code>{}</code>" if index % 2 else "{}", part) for index, part in enumerate(text.split("`"))]
    return format_html_join("", "{}", ((format_html(shape, part),) for shape, part in parts))
