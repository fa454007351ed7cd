from django.urls import path

from billing.pages import company_views, plan_views, purchase_views, subscription_views, usage_views

app_name = "billing"

urlpatterns = [
    path("billing/", usage_views.usage, name="usage"),
    path("billing/cancel/", subscription_views.plan_cancel, name="plan_cancel"),
    path("billing/checkout/cancelled/", purchase_views.checkout_cancelled, name="checkout_cancelled"),
    path("billing/checkout/<slug:lookup_key>/", purchase_views.checkout_return, name="checkout_return"),
    path("billing/company/", company_views.company_edit, name="company_edit"),
    path("billing/invoices/", subscription_views.invoice_list, name="invoice_list"),
    path("billing/limit/", usage_views.cap_save, name="cap_save"),
    path("billing/offers/<slug:lookup_key>/", purchase_views.offer, name="offer"),
    path("billing/plans/", plan_views.plan_list, name="plan_list"),
    path("billing/portal/", subscription_views.portal_open, name="portal_open"),
    path("billing/resume/", subscription_views.plan_resume, name="plan_resume"),
]
