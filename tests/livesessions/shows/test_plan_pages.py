"""The page on which a show's plan is made: what it shows, what it takes, and from whom."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django_scopes import scope, scopes_disabled

from livesessions.models.plans import Segment
from livesessions.models.shows import Show
from livesessions.shows.errors import ShowConflict
from livesessions.shows.plan_templates import NAMES, plan_template
from livesessions.shows.services.plans import SegmentValues, replace_plan
from livesessions.shows.services.shows import change_show
from tenants.models import Language, User

ClientFor = Callable[[User], Client]
NOBODY = UUID(int=1)
HOSTILE = "<script>alert(1)</script>"
HTMX = {"hx-request": "true"}


def sent(**given: Any) -> dict[str, Any]:
    return {
        "kind": "topic",
        "title": "Il disco",
        "duration_s": "7.5",
        "talking_points": "la copertina\n\n  il  tour \nla copertina",
        **given,
    }


def plan_of(show: Show) -> list[Segment]:
    with scope(tenant=show.tenant):
        return list(Segment.objects.filter(show=show))


def titles_of(show: Show) -> list[str]:
    segments = plan_of(show)
    assert [segment.position for segment in segments] == list(range(len(segments))), "without gaps"
    return [segment.title for segment in segments]


@pytest.fixture
def plan(show: Show) -> list[Segment]:
    """Opening, two topics and a closing."""
    with scope(tenant=show.tenant):
        kinds = ["opening", "topic", "topic", "closing"]
        return replace_plan(
            show=show,
            plan=[
                {"kind": kind, "title": title, "duration_s": 300, "talking_points": [f"di {title}"]}
                for kind, title in zip(kinds, "ABCD", strict=True)
            ],
        )


@pytest.fixture
def desk(alice: User, client_for: ClientFor) -> Client:
    return client_for(alice)


def test_a_segment_is_added_with_its_minutes_and_its_points(desk: Client, show: Show) -> None:
    answer = desk.post(f"/shows/{show.id}/plan/add/", sent())
    assert answer["Location"] == f"/shows/{show.id}/plan/"
    [segment] = plan_of(show)
    assert (segment.kind, segment.title, segment.duration_s) == ("topic", "Il disco", 450)
    assert segment.talking_points == ["la copertina", "il tour"]


def test_a_new_segment_comes_before_the_closing(desk: Client, show: Show, plan: list[Segment]) -> None:
    desk.post(f"/shows/{show.id}/plan/add/", sent(title="E"))
    assert titles_of(show) == ["A", "B", "C", "E", "D"]
    desk.post(f"/shows/{show.id}/plan/add/", sent(title="F", kind="closing"))
    assert titles_of(show) == ["A", "B", "C", "E", "D", "F"]


def test_the_page_shows_the_plan_with_its_times(desk: Client, show: Show, plan: list[Segment]) -> None:
    html = desk.get(f"/shows/{show.id}/plan/").content.decode()
    assert "20 minutes in all" in html
    assert [html.index(f"<time>{time}</time>") for time in ("0:00", "0:05", "0:10", "0:15")] == sorted(
        html.index(f"<time>{time}</time>") for time in ("0:00", "0:05", "0:10", "0:15")
    )
    assert html.count("<rect ") == 4
    assert "di B" in html


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"title": ""}, "This field is required."),
        ({"title": "x" * 121}, "at most 120 characters"),
        ({"duration_s": "0.4"}, "greater than or equal to 0.5"),
        ({"duration_s": "361"}, "less than or equal to 360"),
        ({"duration_s": "presto"}, "Enter a number."),
        ({"kind": "pause"}, "Select a valid choice"),
        ({"talking_points": "\n".join(map(str, range(21)))}, "At most 20 lines."),
        ({"talking_points": "x" * 201}, "at most 200 characters"),
        ({"kind": "poll", "talking_points": "solo una"}, "at least two options"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_wrong_is_said_and_what_was_entered_stays(
    desk: Client, show: Show, wrong: dict[str, str], message: str, headers: dict[str, str]
) -> None:
    entered = sent(**wrong)
    answer = desk.post(f"/shows/{show.id}/plan/add/", entered, headers=headers)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert message in html
    assert entered["title"] in html
    assert entered["talking_points"].splitlines()[0] in html
    assert plan_of(show) == []


def test_a_segment_is_changed_in_its_place(desk: Client, show: Show, plan: list[Segment]) -> None:
    path = f"/shows/{show.id}/plan/{plan[1].id}/"
    form = desk.get(f"/shows/{show.id}/plan/?edit={plan[1].id}", headers=HTMX).content.decode()
    assert f'action="{path}"' in form
    assert 'value="5"' in form
    assert "<html" not in form
    part = desk.post(path, sent(title=HOSTILE), headers=HTMX).content.decode()
    assert HOSTILE not in part
    assert titles_of(show) == ["A", HOSTILE, "C", "D"]


def test_a_change_that_is_wrong_leaves_the_segment_as_it_was(
    desk: Client, show: Show, plan: list[Segment]
) -> None:
    answer = desk.post(f"/shows/{show.id}/plan/{plan[1].id}/", sent(title="Nuovo", duration_s="-1"))
    assert answer.status_code == 422
    assert 'value="Nuovo"' in answer.content.decode()
    assert titles_of(show) == ["A", "B", "C", "D"]


@pytest.mark.parametrize(
    ("place", "to", "order"),
    [(1, "up", "BACD"), (1, "down", "ACBD"), (0, "up", "ABCD"), (3, "down", "ABCD"), (1, "away", "ABCD")],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_segment_moves_up_and_down_within_the_plan(
    desk: Client,
    show: Show,
    plan: list[Segment],
    place: int,
    to: str,
    order: str,
    headers: dict[str, str],
) -> None:
    desk.post(f"/shows/{show.id}/plan/{plan[place].id}/move/", {"to": to}, headers=headers)
    assert titles_of(show) == list(order)


def test_a_deleted_segment_leaves_no_gap(desk: Client, show: Show, plan: list[Segment]) -> None:
    desk.post(f"/shows/{show.id}/plan/{plan[1].id}/delete/")
    assert titles_of(show) == ["A", "C", "D"]


def test_a_full_plan_takes_no_more(desk: Client, show: Show) -> None:
    one: SegmentValues = {"kind": "topic", "title": "x", "duration_s": 60, "talking_points": []}
    with scope(tenant=show.tenant):
        replace_plan(show=show, plan=[one] * 40)
        with pytest.raises(ShowConflict):
            replace_plan(show=show, plan=[one] * 41)
    answer = desk.post(f"/shows/{show.id}/plan/add/", sent(title="Il quarantunesimo"))
    assert "at most 40 segments" in answer.content.decode()
    assert "Il quarantunesimo" in answer.content.decode()
    assert len(plan_of(show)) == 40


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", Language.values)
def test_an_empty_plan_is_filled_by_a_ready_one(desk: Client, show: Show, name: str, language: str) -> None:
    with scope(tenant=show.tenant):
        change_show(show=show, language=language)
    assert f'value="{name}"' in desk.get(f"/shows/{show.id}/plan/").content.decode()
    desk.post(f"/shows/{show.id}/plan/fill/", {"plan": name})
    assert titles_of(show) == [segment["title"] for segment in plan_template(name, language)]
    for segment in plan_of(show):
        segment.full_clean(exclude=["talking_points"])
    kinds = [segment.kind for segment in plan_of(show)]
    assert (kinds[0], kinds[-1]) == ("opening", "closing")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_plan_that_was_begun_is_not_filled_over(
    desk: Client, show: Show, plan: list[Segment], headers: dict[str, str]
) -> None:
    answer = desk.post(f"/shows/{show.id}/plan/fill/", {"plan": "music"}, headers=headers, follow=True)
    assert "Only an empty plan can be filled." in answer.content.decode()
    assert titles_of(show) == ["A", "B", "C", "D"]


def test_a_plan_template_that_there_is_not_changes_nothing(desk: Client, show: Show) -> None:
    desk.post(f"/shows/{show.id}/plan/fill/", {"plan": "../../etc"})
    assert plan_of(show) == []


def test_an_odd_order_is_pointed_out_but_taken(desk: Client, show: Show, plan: list[Segment]) -> None:
    assert "A closing belongs at the end" not in desk.get(f"/shows/{show.id}/plan/").content.decode()
    desk.post(f"/shows/{show.id}/plan/{plan[3].id}/move/", {"to": "up"})
    assert "A closing belongs at the end" in desk.get(f"/shows/{show.id}/plan/").content.decode()


def test_the_plan_is_linked_from_where_it_is_needed(desk: Client, show: Show, plan: list[Segment]) -> None:
    link = f'href="/shows/{show.id}/plan/"'
    for path in (f"/shows/{show.id}/", f"/shows/{show.id}/go-live/"):
        assert link in desk.get(path).content.decode(), path
    assert "your plan of 20 minutes" in desk.get(f"/shows/{show.id}/go-live/").content.decode()


POSTS = ["add/", "fill/", "{segment}/", "{segment}/delete/", "{segment}/move/"]


@pytest.mark.parametrize("path", ["", *POSTS])
def test_charlie_finds_nothing_of_alices_plan(
    charlie: User, other_show: Show, show: Show, plan: list[Segment], client_for: ClientFor, path: str
) -> None:
    client = client_for(charlie)
    ask = client.post if path else client.get
    for show_id in (show.id, other_show.id, NOBODY):
        address = f"/shows/{show_id}/plan/" + path.format(segment=plan[1].id)
        if show_id != other_show.id or "{segment}" in path:
            assert ask(address, sent(plan="music", to="up")).status_code == 404
    assert titles_of(show) == ["A", "B", "C", "D"]
    with scopes_disabled():
        assert not Segment.objects.filter(show=other_show).exists()


@pytest.mark.parametrize("path", POSTS)
def test_bob_who_looks_on_may_not_change_a_plan(
    bob: User, show: Show, plan: list[Segment], client_for: ClientFor, path: str
) -> None:
    address = f"/shows/{show.id}/plan/" + path.format(segment=plan[1].id)
    assert client_for(bob).post(address, sent(plan="music", to="up")).status_code == 403
    assert titles_of(show) == ["A", "B", "C", "D"]


def test_bob_sees_the_plan_without_its_buttons(
    bob: User, show: Show, plan: list[Segment], client_for: ClientFor
) -> None:
    client = client_for(bob)
    for query in ("", "?add", f"?edit={plan[1].id}"):
        html = client.get(f"/shows/{show.id}/plan/{query}").content.decode()
        assert "di B" in html
        assert 'id="plan"' in html
        assert f"/plan/{plan[1].id}/" not in html
        assert "Add a segment" not in html


def test_a_visitor_is_sent_to_the_log_in_page(client: Client, show: Show) -> None:
    assert client.get(f"/shows/{show.id}/plan/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_nothing_changes_by_another_method(
    desk: Client, show: Show, plan: list[Segment], method: str
) -> None:
    for path in POSTS:
        address = f"/shows/{show.id}/plan/" + path.format(segment=plan[1].id)
        assert getattr(desk, method)(address).status_code == 405
