"""The pages of the rules and of the viewers: who may see them, who may change them, what they take."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django_scopes import scope

from livesessions.models.shows import Show
from moderation.models import Policy, ViewerRule
from moderation.services import MAX_TERMS, set_viewer_rule
from tenants.models import Membership, Tenant, User

ClientFor = Callable[[User], Client]
NOBODY = UUID(int=1)
HOSTILE = "<script>alert(1)</script>"
FIELDS = {
    "has_settings": "1",
    "name": "Mine",
    "safe_mode": "on",
    "blocklist": "scemo\nbrutto ceffo",
    "allowlist": "",
    "asks_model": "on",
}


@pytest.fixture
def policy(show: Show) -> Iterator[Policy]:
    with scope(tenant=show.tenant):
        yield show.policy


@pytest.fixture
def rule(tenant: Tenant) -> Iterator[ViewerRule]:
    with scope(tenant=tenant):
        yield set_viewer_rule(tenant=tenant, viewer_hash="ab" * 16, role=ViewerRule.Role.BLOCKED)


@pytest.fixture
def save(alice: User, policy: Policy, client_for: ClientFor) -> Callable[..., Any]:
    """Call with fields to save the rules as Alice."""

    def post(**fields: str) -> Any:
        answer = client_for(alice).post(f"/policies/{policy.id}/", {**FIELDS, **fields})
        policy.refresh_from_db()
        return answer

    return post


def test_the_page_says_which_shows_go_by_the_rules(
    alice: User, policy: Policy, client_for: ClientFor
) -> None:
    page = client_for(alice).get(f"/policies/{policy.id}/").content.decode()
    assert "La sera di Alice" in page
    assert "needs a key" in page, "no key is set up here"
    assert 'id="save-button"' in page


def test_the_list_leads_to_the_only_rules_and_lists_several(
    alice: User, policy: Policy, client_for: ClientFor
) -> None:
    Policy.objects.exclude(id=policy.id).delete()
    assert client_for(alice).get("/policies/")["Location"] == f"/policies/{policy.id}/"
    Policy.objects.create(tenant=policy.tenant, name=HOSTILE)
    page = client_for(alice).get("/policies/").content.decode()
    assert policy.name in page
    assert HOSTILE not in page


def test_all_settings_are_saved(save: Callable[..., Any], policy: Policy) -> None:
    answer = save(allowlist="Scemo chi legge")
    assert answer["Location"] == f"/policies/{policy.id}/"
    assert policy.blocklist == ["scemo", "brutto ceffo"]
    assert policy.allowlist == ["Scemo chi legge"]


def test_a_switch_that_is_not_sent_is_off(
    alice: User, policy: Policy, client_for: ClientFor, settings: Any
) -> None:
    settings.OPENAI_API_KEY = "sk-test"
    sent = {name: value for name, value in FIELDS.items() if name not in ("safe_mode", "asks_model")}
    client_for(alice).post(f"/policies/{policy.id}/", sent)
    policy.refresh_from_db()
    assert (policy.safe_mode, policy.asks_model) == (False, False)


def test_without_a_key_the_model_cannot_be_switched_and_the_choice_stays(
    save: Callable[..., Any], alice: User, policy: Policy, client_for: ClientFor, settings: Any
) -> None:
    settings.OPENAI_API_KEY = ""
    page = client_for(alice).get(f"/policies/{policy.id}/").content.decode()
    assert 'name="asks_model"' not in page
    save(asks_model="")
    assert policy.asks_model is True


def test_blocked_words_are_closed_in_the_page_also_after_an_error(
    save: Callable[..., Any], alice: User, policy: Policy, client_for: ClientFor
) -> None:
    save()
    page = client_for(alice).get(f"/policies/{policy.id}/").content.decode()
    for html in (page, save(blocklist="scemo\n" + "x" * 101).content.decode()):
        assert html.count("scemo") == 1, "in the closed part only"
        assert "<details open" not in html
        assert "scemo" in html.split("data-words>")[1].split("</details>")[0]
    assert 'href="#id_blocklist-name"' in save(blocklist="x" * 101).content.decode()


def test_the_name_comes_first(alice: User, policy: Policy, client_for: ClientFor) -> None:
    page = client_for(alice).get(f"/policies/{policy.id}/").content.decode()
    assert page.index('id="id_name"') < page.index('id="id_safe_mode"') < page.index('id="id_blocklist"')


def test_each_word_is_kept_once_and_cleaned(save: Callable[..., Any], policy: Policy) -> None:
    save(blocklist="  Acme \r\nacme\n\n#boicotta\n brutto   ceffo\n")
    assert policy.blocklist == ["Acme", "boicotta", "brutto ceffo"]


def test_twenty_thousand_words_fit_and_no_more(save: Callable[..., Any], policy: Policy) -> None:
    many = [f"parola{number}" for number in range(MAX_TERMS + 1)]
    assert save(blocklist="\n".join(many[:-1])).status_code == 302
    assert len(policy.blocklist) == MAX_TERMS
    answer = save(blocklist="\n".join(many))
    assert answer.status_code == 422
    assert "at most 20000 words" in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"blocklist": "x" * 101}, "at most 100 characters"),
        ({"name": ""}, "required"),
    ],
)
def test_what_is_not_right_is_told_and_nothing_is_saved(
    save: Callable[..., Any], policy: Policy, fields: dict[str, str], said: str
) -> None:
    before = (policy.blocklist, policy.name)
    answer = save(**fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert (policy.blocklist, policy.name) == before


def test_hostile_words_are_text(
    save: Callable[..., Any], alice: User, policy: Policy, client_for: ClientFor
) -> None:
    save(blocklist=f"</textarea>{HOSTILE}", name=HOSTILE)
    page = client_for(alice).get(f"/policies/{policy.id}/").content.decode()
    assert HOSTILE not in page


def test_a_file_is_imported_and_exported(alice: User, policy: Policy, client_for: ClientFor) -> None:
    client = client_for(alice)
    file = SimpleUploadedFile("words.txt", b"# marche\nAcme\ntrol*\n")
    before = len(policy.blocklist)
    answer = client.post(f"/policies/{policy.id}/import/", {"file": file}, follow=True)
    assert "2 new blocked words were added." in answer.content.decode()
    exported = client.get(f"/policies/{policy.id}/blocked-words.txt")
    assert exported["Content-Type"] == "text/plain; charset=utf-8"
    lines = exported.content.decode().splitlines()
    assert lines[-2:] == ["Acme", "trol*"]
    assert len(lines) == before + 2


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"y" * 101])
def test_a_file_that_is_no_list_is_refused_with_the_reason(
    alice: User, policy: Policy, client_for: ClientFor, content: bytes
) -> None:
    file = SimpleUploadedFile("words.txt", content)
    answer = client_for(alice).post(f"/policies/{policy.id}/import/", {"file": file})
    assert answer.status_code == 422
    assert 'class="errorlist' in answer.content.decode()


# --- viewers ---------------------------------------------------------------------------------------


def test_viewers_are_listed_with_the_users_own_note(
    alice: User, rule: ViewerRule, client_for: ClientFor
) -> None:
    client = client_for(alice)
    assert "No note" in client.get("/viewers/").content.decode()
    client.post(f"/viewers/{rule.id}/note/", {"note": f"Gino, insulta {HOSTILE}"})
    page = client.get("/viewers/").content.decode()
    assert "Gino, insulta" in page
    assert HOSTILE not in page
    assert rule.viewer_hash not in page, "a stub of it tells two apart"


def test_a_viewer_is_unblocked(alice: User, rule: ViewerRule, client_for: ClientFor) -> None:
    client_for(alice).post(f"/viewers/{rule.id}/remove/")
    assert not ViewerRule.objects.exists()


# --- who may ---------------------------------------------------------------------------------------

READ = ["/policies/{policy}/", "/policies/{policy}/blocked-words.txt", "/policies/", "/viewers/"]
TRY = "/policies/{policy}/try/"
WRITE = [
    "/policies/{policy}/",
    "/policies/{policy}/import/",
    "/viewers/{rule}/note/",
    "/viewers/{rule}/remove/",
]


@pytest.fixture
def ask(policy: Policy, rule: ViewerRule, client_for: ClientFor) -> Callable[..., HttpResponse]:
    def send(user: User, method: str, path: str, *, nobody: bool = False) -> HttpResponse:
        ids = {"policy": policy.id, "rule": rule.id}
        address = path.format(**{name: NOBODY if nobody else value for name, value in ids.items()})
        answer: HttpResponse = getattr(client_for(user), method)(address, FIELDS | {"line": "scemo"})
        return answer

    return send


@pytest.mark.parametrize("path", [path for path in (*READ, TRY, *WRITE) if "{" in path])
@pytest.mark.parametrize("method", ["get", "post"])
def test_charlie_finds_nothing_of_alices(
    charlie: User,
    other_tenant: Tenant,
    policy: Policy,
    ask: Callable[..., HttpResponse],
    method: str,
    path: str,
) -> None:
    before = Policy.objects.values().get(id=policy.id)
    there, nowhere = ask(charlie, method, path), ask(charlie, method, path, nobody=True)
    assert there.status_code == nowhere.status_code
    assert there.status_code in (404, 405)
    assert Policy.objects.values().get(id=policy.id) == before
    assert ViewerRule.objects.count() == 1


def test_charlies_lists_hold_nothing_of_alices(
    charlie: User, other_tenant: Tenant, policy: Policy, rule: ViewerRule, client_for: ClientFor
) -> None:
    client = client_for(charlie)
    assert str(policy.id) not in client.get("/policies/", follow=True).content.decode()
    assert rule.viewer_hash[:8] not in client.get("/viewers/").content.decode()


def test_bob_who_only_looks_on_reads_and_changes_nothing(
    bob: User, policy: Policy, ask: Callable[..., HttpResponse]
) -> None:
    before = Policy.objects.values().get(id=policy.id)
    assert [ask(bob, "get", path).status_code for path in READ[:2]] == [200, 200]
    assert ask(bob, "post", TRY).status_code == 200
    assert [ask(bob, "post", path).status_code for path in WRITE] == [403] * len(WRITE)
    assert Policy.objects.values().get(id=policy.id) == before
    page = ask(bob, "get", "/policies/{policy}/").content.decode()
    assert 'id="save-button"' not in page
    assert 'id="import-button"' not in page


def test_an_editor_changes_the_rules(
    bob: User, tenant: Tenant, policy: Policy, ask: Callable[..., HttpResponse]
) -> None:
    Membership.objects.filter(user=bob).update(role=Membership.Role.EDITOR)
    assert ask(bob, "post", "/policies/{policy}/").status_code == 302
    policy.refresh_from_db()
    assert policy.name == "Mine"


def test_without_a_log_in_there_is_no_way_in(policy: Policy) -> None:
    for path in (f"/policies/{policy.id}/", "/policies/", "/viewers/"):
        assert "/accounts/login/" in Client().get(path)["Location"]
