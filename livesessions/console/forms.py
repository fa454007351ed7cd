from django import forms
from django.utils.translation import gettext_lazy as _


class SayForm(forms.Form):
    text = forms.CharField(label=_("Say a line"), max_length=300)


class ApprovalForm(forms.Form):
    text = forms.CharField(label=_("The host's answer"), max_length=500)
