"""Records passed checks, and starts a live whose checks are passed or waived."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone

from livesessions.models.checks import CheckKind, PassedCheck, WaivedCheck
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session, start_session
from tenants import audit
from tenants.models import User


@transaction.atomic
def pass_check(*, show: Show, kind: CheckKind, user: User, of: str) -> PassedCheck:
    """Record that a check of a show was passed now, for what `of` identifies."""
    check: PassedCheck
    check, _created = PassedCheck.objects.update_or_create(
        show=show,
        kind=kind,
        defaults={"tenant_id": show.tenant_id, "of": of, "passed_at": timezone.now(), "passed_by": user},
    )
    audit.record("show.check_passed", show, detail={"check": kind.value})
    return check


@transaction.atomic
def go_on_air(
    *, show: Show, user: User, source: str, source_options: dict[str, Any], waived: Collection[CheckKind]
) -> LiveSession:
    """Create and start a live, and record which checks were waived, by whom and when.

    Raise `SessionConflict` as `create_session` and `start_session` do.
    """
    session = create_session(show=show, source=source, source_options=source_options)
    WaivedCheck.objects.bulk_create(
        WaivedCheck(
            tenant_id=show.tenant_id, session=session, kind=kind, waived_at=timezone.now(), waived_by=user
        )
        for kind in waived
    )
    if waived:
        audit.record("session.checks_waived", session, detail={"checks": sorted(map(str, waived))})
    return start_session(session=session)
