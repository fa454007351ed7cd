"""A handle is read from a handle, a link to a profile or a live, and a short link of TikTok's own hosts."""

import httpx
import pytest

from chatsources.profile_links import ShortLinkUnreadable, follow_short_link, handle_of, short_link_of

PROFILE = "https://www.tiktok.com/@la.sera?_t=8x&_r=1"


def web(redirects: dict[str, str], asked: list[str]) -> httpx.AsyncClient:
    """A client in whose web each address leads to another."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        target = redirects.get(str(request.url))
        return httpx.Response(301, headers={"location": target}) if target else httpx.Response(200)

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


@pytest.mark.parametrize(
    ("pasted", "link"),
    [
        ("https://vm.tiktok.com/ZMabc123/", "https://vm.tiktok.com/ZMabc123/"),
        ("vt.tiktok.com/ZS_x-1", "https://vt.tiktok.com/ZS_x-1"),
        ("http://www.tiktok.com/t/ZTx/?k=1", "https://www.tiktok.com/t/ZTx/"),
        ("https://vm.tiktok.com.evil.example/ZMabc/", ""),
        ("https://evil.example/vm.tiktok.com/ZMabc/", ""),
        ("https://vm.tiktok.com/../admin", ""),
        ("vm.tiktok.com", ""),
        ("@la.sera", ""),
        (PROFILE, ""),
    ],
)
def test_short_links_are_recognized(pasted: str, link: str) -> None:
    assert short_link_of(pasted) == link


@pytest.mark.parametrize("pasted", ["la.sera", "@la.sera", PROFILE, "m.tiktok.com/@la.sera/video/1"])
def test_other_links_name_the_handle_themselves(pasted: str) -> None:
    assert handle_of(pasted) == "la.sera"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "redirects",
    [
        {"https://vm.tiktok.com/a/": PROFILE},
        {"https://vm.tiktok.com/a/": "https://www.tiktok.com/t/b/", "https://www.tiktok.com/t/b/": PROFILE},
        {"https://vm.tiktok.com/a/": "/@la.sera/live"},
    ],
)
async def test_a_short_link_leads_to_the_handle(redirects: dict[str, str]) -> None:
    assert await follow_short_link("https://vm.tiktok.com/a/", client=web(redirects, [])) == "la.sera"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/@la.sera",
        "https://tiktok.com.evil.example/",
        "http://www.tiktok.com/t/b/",
        "https://127.0.0.1/",
        "https://vm.tiktok.com/a/",
        "https://[",
        "",
    ],
)
async def test_a_short_link_that_leads_elsewhere_is_not_followed(target: str) -> None:
    asked: list[str] = []
    with pytest.raises(ShortLinkUnreadable):
        await follow_short_link(
            "https://vm.tiktok.com/a/", client=web({"https://vm.tiktok.com/a/": target}, asked)
        )
    assert asked == ["https://vm.tiktok.com/a/"]


@pytest.mark.asyncio
async def test_endless_redirects_end() -> None:
    asked: list[str] = []
    links = {f"https://vm.tiktok.com/{n}/": f"https://vm.tiktok.com/{n + 1}/" for n in range(100)}
    with pytest.raises(ShortLinkUnreadable):
        await follow_short_link("https://vm.tiktok.com/0/", client=web(links, asked))
    assert len(asked) <= 4
