from django.urls import path

from tenants import views
from tenants.auditlog import views as auditlog
from tenants.team import tenant_views
from tenants.team import views as team

app_name = "tenants"

urlpatterns = [
    path("workspace/", views.tenant_edit, name="tenant_edit"),
    path("workspace/switch/", views.tenant_switch, name="tenant_switch"),
    path("workspace/leave/", team.tenant_leave, name="tenant_leave"),
    path("workspace/transfer/", tenant_views.ownership_transfer, name="ownership_transfer"),
    path("workspace/delete/", tenant_views.tenant_delete, name="tenant_delete"),
    path("workspaces/", tenant_views.tenant_list, name="tenant_list"),
    path("workspaces/new/", tenant_views.tenant_create, name="tenant_create"),
    path("workspaces/<uuid:invitation_id>/join/", tenant_views.invitation_join, name="invitation_join"),
    path("invitations/<str:key>/", tenant_views.invitation_accept, name="invitation_accept"),
    path("team/", team.team_list, name="team_list"),
    path("team/invite/", team.invitation_create, name="invitation_create"),
    path("team/invitations/<uuid:invitation_id>/renew/", team.invitation_renew, name="invitation_renew"),
    path("team/invitations/<uuid:invitation_id>/revoke/", team.invitation_revoke, name="invitation_revoke"),
    path("team/<uuid:member_id>/role/", team.member_change, name="member_change"),
    path("team/<uuid:member_id>/remove/", team.member_remove, name="member_remove"),
    path("audit-log/", auditlog.audit_entry_list, name="audit_entry_list"),
    path("audit-log/export.csv", auditlog.audit_entry_export, {"kind": "csv"}, name="audit_entry_export_csv"),
    path(
        "audit-log/export.json", auditlog.audit_entry_export, {"kind": "json"}, name="audit_entry_export_json"
    ),
    path("tokens/", views.api_token_list, name="api_token_list"),
    path("tokens/new/", views.api_token_create, name="api_token_create"),
    path("tokens/<uuid:token_id>/revoke/", views.api_token_revoke, name="api_token_revoke"),
]
