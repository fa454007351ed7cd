from livesessions.forms.lives import ApprovalForm, SayForm, SessionForm
from livesessions.forms.plans import SegmentForm
from livesessions.forms.shows import ShowForm, ShowSettingsForm

__all__ = ["ApprovalForm", "SayForm", "SegmentForm", "SessionForm", "ShowForm", "ShowSettingsForm"]
