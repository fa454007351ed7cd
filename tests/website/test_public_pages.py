import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client

from tenants.models import Language
from website.samples import host_samples

pytestmark = pytest.mark.django_db
PAGES = ("/", "/pricing/", "/privacy/", "/ai/")


@pytest.mark.parametrize("path", PAGES)
def test_a_public_page_has_a_description_and_a_card(client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    assert re.search(r'<meta name="description"\s+content="A virtual host', page)
    assert f'<link rel="canonical" href="http://testserver{path}">' in page
    assert '<meta property="og:image" content="http://testserver/static/img/card.png">' in page
    assert len(re.findall("<h1", page)) == 1


@pytest.mark.parametrize("path", PAGES)
def test_a_public_page_asks_no_other_site_for_anything(client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    assert re.findall(r'(?:src|action)="https?:', page) == []
    assert client.cookies.keys() <= {"csrftoken"}


def test_every_language_of_a_host_can_be_heard_and_read(client: Client) -> None:
    page = client.get("/", headers={"accept-language": "it"}).content.decode()
    assert {sample.language for sample in host_samples()} >= set(Language.values)
    for sample in host_samples():
        assert f'src="/static/{sample.audio}"' in page
        assert (Path(settings.BASE_DIR) / "static" / sample.audio).stat().st_size < 100_000
    assert page.index("host-it.mp3") < page.index("host-en.mp3"), "the visitor's language comes first"


def test_prices_name_the_spending_limit_of_this_installation(client: Client, settings: Any) -> None:
    settings.SPEND_CAP_LIVE_USD = 7.0
    assert "US$ 7 in one live" in client.get("/pricing/").content.decode()


def test_the_privacy_notice_names_the_periods_of_this_installation(client: Client, settings: Any) -> None:
    settings.CHAT_TEXT_RETENTION_DAYS, settings.AUDIT_RETENTION_DAYS = 31, 365
    settings.CHAT_EVENT_RETENTION_MONTHS, settings.CONTACT_EMAIL = 1, "ciao@vivavoce.example"
    page = client.get("/privacy/").content.decode()
    assert "deleted after 31 days" in page
    assert "deleted after 1 month." in page
    assert "for 365 days" in page
    assert 'href="mailto:ciao@vivavoce.example"' in page


def test_search_engines_find_the_public_pages_and_nothing_else(client: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "https://vivavoce.example"
    tree = ElementTree.fromstring(client.get("/sitemap.xml").content)  # noqa: S314 - our own
    found = [place.text for place in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert found == [f"https://vivavoce.example{path}" for path in PAGES]
    robots = client.get("/robots.txt").content.decode()
    assert "Disallow: /\n" in robots
    assert "Allow: /pricing/\n" in robots
    assert "Sitemap: https://vivavoce.example/sitemap.xml\n" in robots
