"""The mail that brings an invitation's link."""

import logging
from smtplib import SMTPException

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.urls import reverse

from tenants.http import public_address
from tenants.models import Invitation

logger = logging.getLogger(__name__)


def send_invitation(request: HttpRequest, invitation: Invitation, key: str) -> bool:
    """Send the link to the invited address; return whether the mail server took it."""
    context = {
        "invitation": invitation,
        "workspace": invitation.tenant.name,
        "inviter": invitation.invited_by.get_short_name() if invitation.invited_by else "",
        "role": invitation.get_role_display(),
        "accept_url": public_address(request, reverse("tenants:invitation_accept", args=[key])),
    }
    try:
        get_adapter(request).send_mail("tenants/email/invitation", invitation.email, context)
    except (SMTPException, OSError):
        logger.warning("The mail of an invitation could not be sent.")
        return False
    return True
