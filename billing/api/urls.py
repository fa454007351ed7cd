from django.urls import path

from billing.api import views

urlpatterns = [path("billing/", views.billing, name="billing")]
