from django.urls import path

from accounts import account_views
from accounts.passkey_sign_up import sign_up_end

app_name = "accounts"

urlpatterns = [
    path("", account_views.account_edit, name="account_edit"),
    path("devices/", account_views.log_in_list, name="log_in_list"),
    path("devices/end-others/", account_views.log_in_end_others, name="log_in_end_others"),
    path("devices/<int:log_in_id>/end/", account_views.log_in_end, name="log_in_end"),
    path("delete/", account_views.account_delete, name="account_delete"),
    path("begin/", sign_up_end, name="sign_up_end"),
]
