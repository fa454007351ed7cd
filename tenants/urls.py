from django.urls import path

from tenants import views

app_name = "tenants"

urlpatterns = [
    path("workspace/", views.tenant_edit, name="tenant_edit"),
    path("workspace/switch/", views.tenant_switch, name="tenant_switch"),
    path("tokens/", views.api_token_list, name="api_token_list"),
    path("tokens/new/", views.api_token_create, name="api_token_create"),
    path("tokens/<uuid:token_id>/revoke/", views.api_token_revoke, name="api_token_revoke"),
]
