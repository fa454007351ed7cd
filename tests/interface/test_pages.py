from django.template import Context, Template
from django.test import RequestFactory

from tenants.models import User

PAGE = """{% extends "_page.html" %}{% load interface %}
{% block crumbs %}{% crumb "Up" "set_language" %}{% endblock %}
{% block heading %}Down{% endblock %}{% block body %}<p>Here</p>{% endblock %}"""


def test_a_page_has_its_crumbs_title_and_body_once_inside_the_frame_of_every_page() -> None:
    request = RequestFactory().get("/")
    page = Template(PAGE).render(Context({"request": request, "user": User(email="alice@example.com")}))
    for part in ('<header class="topbar', "Up</bdi></a>", "<h1>Down</h1>", "<p>Here</p>"):
        assert page.count(part) == 1
    assert page.index("topbar") < page.index("Up</bdi>") < page.index("Down") < page.index("Here")
