"""Who may use which page and which route of the REST API. Each route has one line here.

`tests/config/test_role_matrix.py` asks every route as every role, and fails for a route without a line.
docs/roles.md says the same in words.

| value | who |
|---|---|
| `PUBLIC` | everybody: the page needs no log-in, or its address is the secret |
| `LOGGED_IN` | every user who has logged in, whatever the workspace |
| `VIEWER`, `EDITOR`, `ADMIN`, `OWNER` | members with this role or a higher one |
| `READ_WRITE` | viewers read (GET), editors write (all other methods) |
"""

from dataclasses import dataclass

from tenants.models import Membership

Role = Membership.Role


@dataclass(frozen=True, slots=True)
class Access:
    """The lowest roles that may read (GET) and write (all other methods); None: no role is needed."""

    read: Role | None
    write: Role | None
    needs_log_in: bool = True


PUBLIC = Access(None, None, needs_log_in=False)
LOGGED_IN = Access(None, None)
VIEWER = Access(Role.VIEWER, Role.VIEWER)
READ_WRITE = Access(Role.VIEWER, Role.EDITOR)
EDITOR = Access(Role.EDITOR, Role.EDITOR)
ADMIN = Access(Role.ADMIN, Role.ADMIN)
OWNER = Access(Role.OWNER, Role.OWNER)

# All pages below this address are for staff with a second factor; tests/accounts/test_staff_site.py.
STAFF = "/staff/"

# Each parameter is written by its kind alone: `/shows/<uuid>/`.
ROUTES: dict[str, Access] = {
    "/": PUBLIC,  # members get their home here
    "/ai/": PUBLIC,
    # Only in development, where mails are stored instead of sent.
    "/mails/": PUBLIC,
    "/mails/<slug>/": PUBLIC,
    "/pricing/": PUBLIC,
    "/privacy/": PUBLIC,
    "/robots.txt": PUBLIC,
    "/sitemap.xml": PUBLIC,
    "/accounts/2fa/": LOGGED_IN,
    "/accounts/2fa/authenticate/": PUBLIC,
    "/accounts/2fa/reauthenticate/": LOGGED_IN,
    "/accounts/2fa/recovery-codes/": LOGGED_IN,
    "/accounts/2fa/recovery-codes/download/": LOGGED_IN,
    "/accounts/2fa/recovery-codes/generate/": LOGGED_IN,
    "/accounts/2fa/totp/activate/": LOGGED_IN,
    "/accounts/2fa/totp/deactivate/": LOGGED_IN,
    r"/accounts/^confirm-email/([-:\w]+)/$": PUBLIC,
    "/accounts/^password/reset/key/([0-9A-Za-z]+)-(.+)/$": PUBLIC,
    "/accounts/confirm-email/": PUBLIC,
    "/accounts/email/": LOGGED_IN,
    "/accounts/inactive/": PUBLIC,
    "/accounts/login/": PUBLIC,
    "/accounts/login/code/confirm/": PUBLIC,
    "/accounts/logout/": PUBLIC,
    "/accounts/password/change/": LOGGED_IN,
    "/accounts/password/reset/": PUBLIC,
    "/accounts/password/reset/done/": PUBLIC,
    "/accounts/password/reset/key/done/": PUBLIC,
    "/accounts/password/set/": LOGGED_IN,
    "/accounts/reauthenticate/": LOGGED_IN,
    "/accounts/signup/": PUBLIC,
    "/api/v1/docs/": PUBLIC,
    "/api/v1/openapi.json": PUBLIC,
    "/api/v1/personas/": READ_WRITE,
    "/api/v1/personas/<uuid>/": READ_WRITE,
    "/api/v1/pronunciations/": READ_WRITE,
    "/api/v1/pronunciations/<uuid>/": READ_WRITE,
    "/api/v1/sessions/": READ_WRITE,
    "/api/v1/sessions/<uuid>/": READ_WRITE,
    "/api/v1/sessions/<uuid>/events/": READ_WRITE,
    "/api/v1/sessions/<uuid>/held/": READ_WRITE,
    "/api/v1/sessions/<uuid>/kill/": READ_WRITE,
    "/api/v1/sessions/<uuid>/mute/": READ_WRITE,
    "/api/v1/sessions/<uuid>/replies/": READ_WRITE,
    "/api/v1/sessions/<uuid>/replies/<uuid>/": READ_WRITE,
    "/api/v1/sessions/<uuid>/replies/<uuid>/approve/": READ_WRITE,
    "/api/v1/sessions/<uuid>/replies/<uuid>/reject/": READ_WRITE,
    "/api/v1/sessions/<uuid>/say/": READ_WRITE,
    "/api/v1/sessions/<uuid>/skip/": READ_WRITE,
    "/api/v1/sessions/<uuid>/start/": READ_WRITE,
    "/api/v1/sessions/<uuid>/stop/": READ_WRITE,
    "/api/v1/sessions/<uuid>/unmute/": READ_WRITE,
    "/api/v1/shows/": READ_WRITE,
    "/api/v1/shows/<uuid>/": READ_WRITE,
    "/api/v1/shows/<uuid>/archive/": READ_WRITE,
    "/api/v1/shows/<uuid>/overlay/": READ_WRITE,
    "/api/v1/shows/<uuid>/overlay/picture/": READ_WRITE,
    "/api/v1/shows/<uuid>/overlay/rotate/": READ_WRITE,
    "/api/v1/shows/<uuid>/plan/": READ_WRITE,
    "/api/v1/shows/<uuid>/unarchive/": READ_WRITE,
    "/api/v1/voices/": READ_WRITE,
    "/api/v1/voices/<uuid>/": READ_WRITE,
    "/emergency-links/": EDITOR,
    "/emergency-links/<uuid>/delete/": EDITOR,
    "/emergency-links/<uuid>/rotate/": EDITOR,
    "/emergency/<str>/": PUBLIC,
    "/i18n/setlang/": PUBLIC,
    "/lives/<uuid>/": VIEWER,
    "/lives/<uuid>/allow-word/": EDITOR,
    "/lives/<uuid>/block-word/": EDITOR,
    "/lives/<uuid>/decisions.csv": VIEWER,
    "/lives/<uuid>/decisions/": VIEWER,
    "/lives/<uuid>/game/end/": EDITOR,
    "/lives/<uuid>/kill/": EDITOR,
    "/lives/<uuid>/kill/progress/": EDITOR,
    "/lives/<uuid>/mute/": EDITOR,
    "/lives/<uuid>/poll/": EDITOR,
    "/lives/<uuid>/quiz/": EDITOR,
    "/lives/<uuid>/replies/<uuid>/approve/": EDITOR,
    "/lives/<uuid>/replies/<uuid>/reject/": EDITOR,
    "/lives/<uuid>/pause/": EDITOR,
    "/lives/<uuid>/queue/": EDITOR,
    "/lives/<uuid>/quick-lines/add/": EDITOR,
    "/lives/<uuid>/quick-lines/remove/": EDITOR,
    "/lives/<uuid>/resume/": EDITOR,
    "/lives/<uuid>/say/": EDITOR,
    "/lives/<uuid>/skip/": EDITOR,
    "/lives/<uuid>/start/": EDITOR,
    "/lives/<uuid>/stop/": EDITOR,
    "/lives/<uuid>/unmute/": EDITOR,
    "/lives/<uuid>/viewer/": EDITOR,
    "/objects/<str>/": PUBLIC,
    "/overlay/<str>/": PUBLIC,
    "/overlay/pictures/<uuid>/<slug>.<slug>": PUBLIC,
    "/personas/": VIEWER,
    "/personas/<uuid>/": EDITOR,
    "/personas/<uuid>/delete/": EDITOR,
    "/personas/<uuid>/duplicate/": EDITOR,
    "/personas/<uuid>/shows/": EDITOR,
    "/personas/compare/": EDITOR,
    "/personas/compare/hear/": EDITOR,
    "/personas/compare/line/": EDITOR,
    "/personas/new/": EDITOR,
    "/personas/presets/": EDITOR,
    "/personas/rehearse/": EDITOR,
    "/personas/sounds/<str>/": EDITOR,
    "/policies/": VIEWER,
    "/policies/<uuid>/": READ_WRITE,
    "/policies/<uuid>/blocked-words.txt": VIEWER,
    "/policies/<uuid>/import/": EDITOR,
    "/policies/<uuid>/try/": VIEWER,
    "/shows/": VIEWER,
    "/shows/<uuid>/": EDITOR,
    "/shows/<uuid>/go-live/": EDITOR,
    "/shows/<uuid>/overlay/": EDITOR,
    "/shows/<uuid>/overlay/preview/": EDITOR,
    "/shows/<uuid>/overlay/renew/": EDITOR,
    "/shows/<uuid>/overlay/reset/": EDITOR,
    "/shows/<uuid>/plan/": READ_WRITE,
    "/shows/<uuid>/plan/<uuid>/": EDITOR,
    "/shows/<uuid>/plan/<uuid>/delete/": EDITOR,
    "/shows/<uuid>/plan/<uuid>/move/": EDITOR,
    "/shows/<uuid>/plan/add/": EDITOR,
    "/shows/<uuid>/plan/fill/": EDITOR,
    "/shows/<uuid>/questions/": VIEWER,
    "/shows/<uuid>/questions/<uuid>/delete/": EDITOR,
    "/shows/<uuid>/questions/add/": EDITOR,
    "/shows/<uuid>/questions/paste/": EDITOR,
    "/shows/<uuid>/questions/try/": VIEWER,
    "/shows/<uuid>/rehearsals/": VIEWER,
    "/shows/<uuid>/rehearsals/<uuid>/": VIEWER,
    "/shows/<uuid>/rehearsals/new/": EDITOR,
    "/shows/<uuid>/setup/": EDITOR,
    "/shows/<uuid>/setup/<str>/": EDITOR,
    "/shows/<uuid>/setup/overlays/": EDITOR,
    "/shows/<uuid>/setup/qr/<str>/": EDITOR,
    "/shows/<uuid>/setup/try/": EDITOR,
    "/shows/new/": EDITOR,
    "/invitations/<str>/": PUBLIC,  # the key in the address is the secret
    "/team/": VIEWER,
    "/team/<uuid>/remove/": ADMIN,
    "/team/<uuid>/role/": ADMIN,
    "/team/invitations/<uuid>/renew/": ADMIN,
    "/team/invitations/<uuid>/revoke/": ADMIN,
    "/team/invite/": ADMIN,
    "/tokens/": ADMIN,
    "/tokens/<uuid>/revoke/": ADMIN,
    "/tokens/new/": ADMIN,
    "/viewers/": VIEWER,
    "/viewers/<uuid>/note/": EDITOR,
    "/viewers/<uuid>/remove/": EDITOR,
    "/voices/": VIEWER,
    "/voices/<uuid>/": EDITOR,
    "/voices/<uuid>/delete/": EDITOR,
    "/voices/<uuid>/duplicate/": EDITOR,
    "/voices/<uuid>/measure/": EDITOR,
    "/voices/<uuid>/shows/": EDITOR,
    "/voices/keys/": ADMIN,
    "/voices/keys/<slug>/": ADMIN,
    "/voices/keys/<slug>/remove/": ADMIN,
    "/voices/keys/<slug>/try/": ADMIN,
    "/voices/new/": EDITOR,
    "/voices/preview/": EDITOR,
    "/voices/words/": VIEWER,
    "/voices/words/<uuid>/": EDITOR,
    "/voices/words/<uuid>/delete/": EDITOR,
    "/voices/words/<uuid>/hear/": EDITOR,
    "/voices/words/add/": EDITOR,
    "/voices/words/paste/": EDITOR,
    "/workspace/": ADMIN,
    "/workspace/delete/": OWNER,
    "/workspace/leave/": VIEWER,
    "/workspace/switch/": LOGGED_IN,
    "/workspace/transfer/": OWNER,
    "/workspaces/": LOGGED_IN,
    "/workspaces/<uuid>/join/": LOGGED_IN,
    "/workspaces/new/": LOGGED_IN,
}
