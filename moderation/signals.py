"""What the settings of moderation ask of the apps above them."""

from dataclasses import dataclass

from django.dispatch import Signal


@dataclass(frozen=True, slots=True)
class PolicyUse:
    """One thing that goes by a policy: its name, where it is set, and where its decisions are told."""

    name: str
    address: str
    decisions_address: str = ""


# Arguments: policies (a list). A receiver returns a dict of lists of `PolicyUse`, by the policy's id.
policy_uses_asked = Signal()

# Arguments: policy. Sent when any of it was changed and that is stored.
policy_changed = Signal()

# Arguments: rule. Sent when what was decided about a viewer is taken back on the web.
viewer_rule_removed = Signal()
