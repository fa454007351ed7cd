from django.template import Context, Template
from django.utils import translation


def rendered(source: str, **values: object) -> str:
    return Template("{% load interface %}" + source).render(Context(values))


def test_a_command_form_posts_to_its_view_without_a_script() -> None:
    form = rendered('{% command_form "set_language" %}Go{% endcommand_form %}', csrf_token="t0ken")
    assert 'method="post" action="/i18n/setlang/"' in form
    assert 'value="t0ken"' in form
    assert "<span>Go</span>" in form
    assert "hx-" not in form


def test_a_command_form_with_a_target_is_sent_by_htmx() -> None:
    form = rendered(
        '{% command_form "set_language" target="#list" swap="outerHTML" confirm=question'
        ' command="mute" timeout_ms=3000 %}Mute{% endcommand_form %}',
        question='Delete "it"?',
    )
    assert 'hx-post="/i18n/setlang/" hx-target="#list" hx-disabled-elt="find button"' in form
    assert 'hx-swap="outerHTML"' in form
    assert 'hx-confirm="Delete &quot;it&quot;?"' in form
    assert 'data-command="mute"' in form
    assert """hx-request='{"timeout": 3000}'""" in form


def test_other_keywords_become_hidden_fields_and_are_escaped() -> None:
    form = rendered(
        '{% command_form "set_language" next=address %}Go{% endcommand_form %}', address='/"><script>'
    )
    assert '<input type="hidden" name="next" value="/&quot;&gt;&lt;script&gt;">' in form


def test_a_command_form_without_a_csrf_token_has_no_field_for_it() -> None:
    assert "csrfmiddlewaretoken" not in rendered('{% command_form "set_language" %}Go{% endcommand_form %}')


def test_a_button_with_an_icon_alone_has_a_name() -> None:
    form = rendered(
        '{% command_form "set_language" icon="copy" label=name %}{% endcommand_form %}', name="Duplicate A&B"
    )
    assert 'aria-label="Duplicate A&amp;B"' in form
    assert "#icon-copy" in form
    assert "<span>" not in form


def test_a_breadcrumb_escapes_what_a_person_wrote() -> None:
    assert rendered('{% crumb name "set_language" %}', name="<b>") == (
        '<li><a href="/i18n/setlang/"><bdi>&lt;b&gt;</bdi></a></li>'
    )


def test_charts_are_drawn_with_points_in_every_language() -> None:
    with translation.override("it"):
        line = rendered('{% sparkline values "Viewers" %}', values=[1, 2.5, 4])
        chart = rendered('{% bars values "Gifts" %}', values=[1, 3])
    assert 'points="0.0,32.0 50.0,16.0 100.0,0.0"' in line
    assert 'height="10.67"' in chart
    assert 'aria-label="Viewers"' in line


def test_a_meter_says_when_its_limit_is_near_or_reached() -> None:
    classes = [
        rendered('{% meter value 10 "Used" %}', value=value).split('"')[1].strip() for value in (1, 8, 10, 99)
    ]
    assert classes == ["meter", "meter is-near", "meter is-over", "meter is-over"]
    assert "is-over" in rendered('{% meter 0 0 "Used" %}')
