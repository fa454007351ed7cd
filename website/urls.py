from django.urls import path

from website import views
from website.mailbox import views as mailbox

app_name = "website"

urlpatterns = [
    path("", views.front_page, name="front_page"),
    path("pricing/", views.pricing, name="pricing"),
    path("privacy/", views.privacy, name="privacy"),
    path("ai/", views.ai_notice, name="ai_notice"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("mails/", mailbox.mail_list, name="mail_list"),
    path("mails/<slug:name>/", mailbox.mail_html, name="mail_html"),
]
