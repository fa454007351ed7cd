"""Signals between policies and the apps above."""

from dataclasses import dataclass

from django.dispatch import Signal


@dataclass(frozen=True, slots=True)
class PolicyUse:
    """One thing that uses a policy, such as a show: its name, its page, and the page of its decisions."""

    name: str
    address: str
    decisions_address: str = ""


# Arguments: policies (a list). A receiver returns a dict of lists of `PolicyUse`, by the policy's id.
policy_uses_asked = Signal()

# Arguments: policy. Sent after the commit of a changed policy.
policy_changed = Signal()

# Arguments: rule. Sent when a viewer's rule was deleted on the web.
viewer_rule_removed = Signal()
