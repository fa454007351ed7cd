from livesessions.forms.lives import SayForm, SessionForm
from livesessions.forms.plans import SegmentForm
from livesessions.forms.shows import ShowForm, ShowSettingsForm

__all__ = ["SayForm", "SegmentForm", "SessionForm", "ShowForm", "ShowSettingsForm"]
