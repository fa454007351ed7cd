"""The company's data: what an Italian e-invoice needs is asked for, and errors stand beside their field."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from billing.models.account import BillingAccount
from billing.pages.forms import CompanyForm, SpendCapForm
from tenants.models import AuditEntry, Tenant, User

ClientFor = Callable[[User], Client]
PATH = "/billing/company/"
ITALIAN = {
    "company_name": "Alice srl",
    "country": "IT",
    "address_line": "Via Roma 1",
    "postal_code": "20121",
    "city": "Milano",
    "province": "mi",
    "vat_id": "0764 3520567",
    "fiscal_code": "07643520567",
    "recipient_code": "m5uxcr1",
    "certified_email": "",
}


@pytest.fixture(autouse=True)
def _bills(settings: Any) -> None:
    settings.BILLING_ENABLED = True


def errors_of(**changed: str) -> dict[str, Any]:
    return {name: list(texts) for name, texts in CompanyForm({**ITALIAN, **changed}).errors.items()}


def test_a_complete_italian_company_is_accepted_and_written_one_way() -> None:
    form = CompanyForm(ITALIAN)
    assert form.is_valid()
    assert form.cleaned_data["vat_id"] == "IT07643520567"
    assert form.cleaned_data["recipient_code"] == "M5UXCR1"
    assert form.cleaned_data["province"] == "MI"


def test_an_italian_company_needs_an_address_for_its_e_invoice() -> None:
    assert errors_of(recipient_code="").keys() == {"recipient_code"}
    assert errors_of(recipient_code="", certified_email="alice@pec.example") == {}


def test_an_italian_person_needs_a_codice_fiscale() -> None:
    assert errors_of(vat_id="", fiscal_code="").keys() == {"fiscal_code"}
    assert errors_of(vat_id="", fiscal_code="RSSMRA85T10A562S", recipient_code="") == {}


def test_each_wrong_value_has_its_error_beside_its_field() -> None:
    wrong = errors_of(vat_id="123", fiscal_code="RSSMRA85T10A562X", recipient_code="12", province="Milano")
    assert wrong.keys() == {"vat_id", "fiscal_code", "recipient_code", "province"}
    assert "Italia" in wrong["vat_id"][0]


def test_a_company_elsewhere_needs_nothing_italian() -> None:
    elsewhere = {"country": "DE", "province": "", "fiscal_code": "", "recipient_code": ""}
    assert errors_of(**elsewhere, vat_id="136695976") == {}
    assert errors_of(**elsewhere, vat_id="").keys() == set()
    assert errors_of(**elsewhere, vat_id="IT07643520567").keys() == {"vat_id"}


def test_alice_saves_her_company_and_it_is_recorded(
    alice: User, tenant: Tenant, client_for: ClientFor
) -> None:
    client = client_for(alice)
    assert client.post(PATH, ITALIAN).status_code == 302
    with scopes_disabled():
        account = BillingAccount.objects.get(tenant=tenant)
        entry = AuditEntry.objects.get(verb="company.changed")
    assert (account.company_name, account.vat_id) == ("Alice srl", "IT07643520567")
    assert entry.detail["changes"]["city"] == {"before": "", "after": "Milano"}
    assert 'value="Via Roma 1"' in client.get(PATH).content.decode()


def test_a_refused_form_keeps_what_was_typed(alice: User, tenant: Tenant, client_for: ClientFor) -> None:
    answer = client_for(alice).post(PATH, {**ITALIAN, "vat_id": "07643520566"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="07643520566"' in page
    assert "This is not a VAT ID of Italia." in page


def test_charlie_sees_and_changes_his_own_company_only(
    alice: User, tenant: Tenant, charlie: User, other_tenant: Tenant, client_for: ClientFor
) -> None:
    client_for(alice).post(PATH, ITALIAN)
    assert "Alice srl" not in client_for(charlie).get(PATH).content.decode()
    client_for(charlie).post(PATH, {**ITALIAN, "company_name": "Charlie srl"})
    with scopes_disabled():
        assert BillingAccount.objects.get(tenant=tenant).company_name == "Alice srl"
        assert BillingAccount.objects.get(tenant=other_tenant).company_name == "Charlie srl"


def test_bob_who_looks_on_sees_no_money(bob: User, client_for: ClientFor) -> None:
    assert client_for(bob).get(PATH).status_code == 403


def test_without_billing_there_is_no_such_page(
    alice: User, tenant: Tenant, client_for: ClientFor, settings: Any
) -> None:
    settings.BILLING_ENABLED = False
    assert client_for(alice).get(PATH).status_code == 404


@pytest.mark.parametrize(("typed", "micro"), [("", None), ("2.50", 2_500_000), ("0.1", 100_000)])
def test_a_limit_per_live_is_stored_in_millionths(typed: str, micro: int | None) -> None:
    form = SpendCapForm({"cap_eur": typed})
    assert form.is_valid()
    assert form.micro_eur == micro


@pytest.mark.parametrize("typed", ["0", "-1", "1000.01", "much", "1e9", "NaN"])
def test_a_limit_per_live_out_of_bounds_is_refused(typed: str) -> None:
    assert "cap_eur" in SpendCapForm({"cap_eur": typed}).errors
