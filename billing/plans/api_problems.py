"""The errors of the doors in the REST API, from the doors themselves."""

from billing.errors import PAYMENT_REQUIRED
from billing.plans.doors import Door
from tenants.api.problems import Problem

READ_ONLY = (
    Problem("trial_ended", PAYMENT_REQUIRED, "The trial has ended. Choose a plan."),
    Problem("payment_overdue", PAYMENT_REQUIRED, "A payment is overdue. Pay the open invoice."),
    Problem("plan_ended", PAYMENT_REQUIRED, "The plan has ended. Choose a plan."),
)
MEANINGS = {
    "limit": "There are as many as the plan allows. End or remove one, or change the plan.",
    "not_in_plan": "The plan does not include this. Add it, or change the plan.",
    "used_up": "The plan's quantity is used up. Buy more, or change the plan.",
}


def door_problems(*doors: Door) -> list[Problem]:
    """Return the errors with which a route that asks these doors may be refused."""
    codes = dict.fromkeys(code for door in doors for code in door.codes)
    return [
        *READ_ONLY,
        *(
            Problem(code, PAYMENT_REQUIRED, meaning)
            for code in codes
            for way, meaning in MEANINGS.items()
            if code.endswith(way)
        ),
    ]
