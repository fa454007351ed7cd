from django.urls import include, path

from website import views
from website.mailbox import views as mailbox
from website.wizard import rehearsal
from website.wizard import views as wizard

app_name = "website"

urlpatterns = [
    path("", views.front_page, name="front_page"),
    path("", include("website.shows.urls")),
    path("pricing/", views.pricing, name="pricing"),
    path("privacy/", views.privacy, name="privacy"),
    path("ai/", views.ai_notice, name="ai_notice"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("mails/", mailbox.mail_list, name="mail_list"),
    path("mails/<slug:name>/", mailbox.mail_html, name="mail_html"),
    path("start/", wizard.start, name="start"),
    path("start/you/", wizard.start_you, name="start_you"),
    path("start/handle/", wizard.start_handle, name="start_handle"),
    path("start/host/", wizard.start_host, name="start_host"),
    path("start/host/<slug:slug>/sound/", wizard.host_sound, name="host_sound"),
    path("start/rules/", wizard.start_rules, name="start_rules"),
    path("start/overlay/", wizard.start_overlay, name="start_overlay"),
    path("start/rehearsal/", rehearsal.rehearsal, name="rehearsal"),
    path("start/rehearsal/begin/", rehearsal.rehearsal_start, name="rehearsal_start"),
    path("start/rehearsal/end/", rehearsal.rehearsal_end, name="rehearsal_end"),
    path("start/leave/", wizard.leave, name="leave_start"),
]
