"""Settings of sign-up, log-in and the second factor."""

from config.environment import Environment

env = Environment()

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"accounts.password_rules.{name}"} for name in ("UnlikeTheAccount", "LongEnough", "NotCommon")
]
ALLAUTH_TRUSTED_PROXY_COUNT = 0  # production has a proxy in front
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.LogInForm",
    "signup": "accounts.forms.SignUpForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.log_in_forms.ResetPasswordKeyForm",
    "change_password": "accounts.log_in_forms.ChangePasswordForm",
    "set_password": "accounts.log_in_forms.SetPasswordForm",
    "add_email": "accounts.log_in_forms.AddEmailForm",
}
# accounts/log_in_limits.py limits tries to log in and mails to one address, so that nobody is locked out.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None, "reset_password": "20/m/ip"}
MFA_ADAPTER = "accounts.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.second_factor_forms.AuthenticateForm",
    "reauthenticate": "accounts.second_factor_forms.ReauthenticateForm",
    "activate_totp": "accounts.second_factor_forms.ActivateTOTPForm",
    "login_webauthn": "accounts.second_factor_forms.LogInWithPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
# A passkey logs in without a password. accounts/passkey_sign_up.py signs up with one: the library's own way
# would need codes instead of links in the mails.
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Vivavoce"
MFA_TOTP_TOLERANCE = 1  # the clocks of phones differ by seconds
# Where the staff site is. An address that nobody guesses keeps strangers from trying.
STAFF_PATH = env.path_part("STAFF_PATH", default="staff")
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of changes to passwords, addresses and second factors
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that has signed up, and only there
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "website:front_page"
ACCOUNT_SIGNUP_REDIRECT_URL = "website:start"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

# Providers of OpenID Connect through which people may log in.
OPEN_ID_PROVIDERS = env.open_id_providers("OIDC_PROVIDERS", default="")
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": OPEN_ID_PROVIDERS}}
# A link, because the policy of the pages would stop a form on its way to the provider.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_STORE_TOKENS = False
