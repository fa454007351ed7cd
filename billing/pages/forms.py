"""The forms of the pages of money: the company's data, and the limit per live."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.company.countries import COUNTRIES
from billing.company.identifiers import (
    ITALY,
    full_vat_id,
    is_fiscal_code,
    is_recipient_code,
    is_vat_id,
    normalized,
)

MICRO = 1_000_000


class SpendCapForm(forms.Form):
    """Asks for the most that one live may cost; empty for no limit of one's own."""

    cap_eur = forms.DecimalField(
        label=gettext_lazy("Most that one live may cost, in euros"),
        required=False,
        min_value=Decimal("0.10"),
        max_value=Decimal(1000),
        max_digits=6,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=gettext_lazy(
            "At this amount the host goes on with built-in answers and voice. Leave it empty for no limit."
        ),
    )

    @property
    def micro_eur(self) -> int | None:
        """Return the cap in millionths of a euro; None for no cap."""
        cap: Decimal | None = self.cleaned_data["cap_eur"]
        return None if cap is None else int(cap * MICRO)


class CompanyForm(forms.Form):
    """Asks to whom invoices are addressed; for Italy also for what an e-invoice needs."""

    company_name = forms.CharField(
        label=gettext_lazy("Company, or your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        choices=[("", "—"), *COUNTRIES],
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )
    address_line = forms.CharField(
        label=gettext_lazy("Street and number"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    postal_code = forms.CharField(
        label=gettext_lazy("Postal code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    city = forms.CharField(
        label=gettext_lazy("City"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    province = forms.CharField(
        label=gettext_lazy("Province"),
        max_length=50,
        required=False,
        help_text=gettext_lazy("In Italy two letters, such as MI."),
        widget=forms.TextInput(attrs={"autocomplete": "address-level1"}),
    )
    vat_id = forms.CharField(
        label=gettext_lazy("VAT ID"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("Only for companies. In Italy: partita IVA."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    fiscal_code = forms.CharField(
        label=gettext_lazy("Codice fiscale"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("Of a person 16 characters, of a company 11 digits."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    recipient_code = forms.CharField(
        label=gettext_lazy("Codice destinatario"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("Seven characters, from whoever receives your e-invoices."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    certified_email = forms.EmailField(
        label=gettext_lazy("Certified e-mail (PEC)"),
        required=False,
        help_text=gettext_lazy("Instead of the codice destinatario."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def clean_fiscal_code(self) -> str:
        found = normalized(self.cleaned_data["fiscal_code"])
        if found and not is_fiscal_code(found):
            raise ValidationError(
                _("This is not a codice fiscale: a character is wrong or missing. Compare it with your card.")
            )
        return found

    def clean_recipient_code(self) -> str:
        found = normalized(self.cleaned_data["recipient_code"])
        if found and not is_recipient_code(found):
            raise ValidationError(_("A codice destinatario has exactly seven letters and digits."))
        return found

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        country = cleaned.get("country", "")
        if country:
            self._clean_vat_id(cleaned, country)
        if country == ITALY:
            self._clean_for_italy(cleaned)
        return cleaned

    def _clean_vat_id(self, cleaned: dict[str, Any], country: str) -> None:
        typed = cleaned.get("vat_id", "")
        if typed and not is_vat_id(typed, country):
            name = dict(COUNTRIES)[country]
            self.add_error(
                "vat_id",
                _("This is not a VAT ID of %(country)s. Check each digit, or choose another country.")
                % {"country": name},
            )
        elif typed:
            cleaned["vat_id"] = full_vat_id(typed, country)

    def _clean_for_italy(self, cleaned: dict[str, Any]) -> None:
        """Ask for what the exchange system SdI needs to deliver an e-invoice."""
        wrong = self.errors.keys()
        if not (cleaned.get("vat_id") or cleaned.get("fiscal_code") or wrong & {"vat_id", "fiscal_code"}):
            self.add_error("fiscal_code", _("In Italy an invoice needs a codice fiscale or a partita IVA."))
        is_reachable = cleaned.get("recipient_code") or cleaned.get("certified_email")
        if cleaned.get("vat_id") and not is_reachable and not wrong & {"recipient_code", "certified_email"}:
            self.add_error(
                "recipient_code", _("Enter the codice destinatario or a PEC, where the e-invoice is sent.")
            )
        province = cleaned.get("province", "")
        if len(province) != 2 or not province.isalpha():
            self.add_error("province", _("Enter the two letters of the province, such as MI."))
        cleaned["province"] = province.upper()
