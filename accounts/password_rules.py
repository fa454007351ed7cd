"""What a password must be, said in one short sentence each."""

from django.contrib.auth import password_validation as django_rules
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class LongEnough(django_rules.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return ngettext(
            "Use %(characters)d character or more.",
            "Use %(characters)d characters or more.",
            self.min_length,
        ) % {"characters": self.min_length}

    get_help_text = get_error_message


class NotCommon(django_rules.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return _("Too many people use this password. Choose another.")


class UnlikeTheAccount(django_rules.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return _("This is too close to your name or e-mail address. Choose another.")
