"""Taking a text file into a policy's blocklist."""

from collections.abc import Iterator

import pytest
from django_scopes import scope

from moderation.errors import BlocklistError
from moderation.models import Policy
from moderation.services import MAX_TERMS, import_blocklist
from moderation.stage.moderator import Moderator
from tenants.models import Tenant


@pytest.fixture
def policy(tenant: Tenant) -> Iterator[Policy]:
    with scope(tenant=tenant):
        yield Policy.objects.create(tenant=tenant, name="Mine", blocklist=["scemo"])


def test_a_files_lines_are_added_once_without_comments_and_blanks(policy: Policy) -> None:
    content = "\ufeff# brands\nAcme\r\n  acme \n\n trol*\nScemo\nbrutto   ceffo\n".encode()

    assert import_blocklist(policy=policy, content=content) == 3
    assert import_blocklist(policy=policy, content=content) == 0
    policy.refresh_from_db()
    assert policy.blocklist == ["scemo", "Acme", "trol*", "brutto ceffo"]
    assert Moderator(policy.blocklist).review("che trollone").blocked


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a\0b", b"x" * 101])
def test_what_is_no_list_is_refused_and_changes_nothing(policy: Policy, content: bytes) -> None:
    with pytest.raises(BlocklistError):
        import_blocklist(policy=policy, content=content)

    policy.refresh_from_db()
    assert policy.blocklist == ["scemo"]


def test_a_list_may_not_grow_without_end(policy: Policy) -> None:
    content = "\n".join(f"word{number}" for number in range(MAX_TERMS)).encode()

    with pytest.raises(BlocklistError):
        import_blocklist(policy=policy, content=content)
