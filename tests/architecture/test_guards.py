from typing import Any

from rest_framework.permissions import IsAuthenticated

from tenants.api.permissions import EditorsWrite
from tests.routes import routes

PUBLIC = {
    # What Vivavoce is; members get a page with a guard of its own here.
    "",
    # Who knows the address may see it: it is the credential.
    "overlay/<str:token>/",
    "overlay/pictures/<uuid:overlay_id>/<slug:stem>.<slug:kind>",
    # Its signature says which object, and for how long.
    "objects/<str:token>/",
    # Sets a cookie and nothing else.
    "i18n/setlang/",
}
# Any user may use these, with whatever role; Django's `login_required` leaves this attribute.
LOG_IN_IS_ENOUGH = {"workspace/switch/"}
# Sign-up, log-in and the staff's site guard themselves.
SELF_GUARDED = ("accounts/", "staff/")


def is_guarded(view: Any) -> bool:
    if hasattr(view, "required_role"):
        return True
    permissions = getattr(getattr(view, "cls", None), "permission_classes", [])
    return IsAuthenticated in permissions and EditorsWrite in permissions


def test_every_view_has_a_guard_or_is_public_on_purpose() -> None:
    served = dict(routes())
    assert len(served) > 30
    ours = {route: view for route, view in served.items() if not route.startswith(SELF_GUARDED)}
    open_to_all = {route for route, view in ours.items() if not is_guarded(view)}
    assert open_to_all == PUBLIC | LOG_IN_IS_ENOUGH
    assert all(hasattr(ours[route], "redirect_field_name") for route in LOG_IN_IS_ENOUGH)
