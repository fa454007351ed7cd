from django.urls import path

from billing.pages import company_views, plan_views, usage_views

app_name = "billing"

urlpatterns = [
    path("billing/", usage_views.usage, name="usage"),
    path("billing/limit/", usage_views.cap_save, name="cap_save"),
    path("billing/plans/", plan_views.plan_list, name="plan_list"),
    path("billing/company/", company_views.company_edit, name="company_edit"),
]
