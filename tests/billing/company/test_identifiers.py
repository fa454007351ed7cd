"""VAT ids and the identifiers of an Italian e-invoice: right ones pass, and one wrong character is found."""

import pytest

from billing.company.identifiers import full_vat_id, is_fiscal_code, is_recipient_code, is_vat_id

# Examples with right check characters, of nobody in particular.
COMPANY, PERSON = "07643520567", "RSSMRA85T10A562S"


@pytest.mark.parametrize(
    ("text", "country"),
    [
        (COMPANY, "IT"),
        (f"it {COMPANY}", "IT"),
        ("DE 136.695.976", "DE"),
        ("ATU13585627", "AT"),
        ("EL123456789", "GR"),
        ("123456789", "GR"),
        ("NL004495445B01", "NL"),
        ("12-3456789", "US"),
    ],
)
def test_a_vat_id_is_read_as_people_write_it(text: str, country: str) -> None:
    assert is_vat_id(text, country)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("07643520566", "IT"),
        ("00000000000", "IT"),
        ("0764352056", "IT"),
        ("DE13669597", "DE"),
        ("FR12345", "FR"),
        ("ATU13585627", "DE"),
        ("", "DE"),
        ("x", "US"),
    ],
)
def test_a_wrong_vat_id_is_refused(text: str, country: str) -> None:
    assert not is_vat_id(text, country)


def test_a_vat_id_is_kept_with_its_country() -> None:
    assert full_vat_id("0764 3520567", "IT") == "IT07643520567"
    assert full_vat_id("123456789", "GR") == "EL123456789"
    assert full_vat_id(" ", "IT") == ""


@pytest.mark.parametrize("text", [PERSON, PERSON.lower(), "RSS MRA 85T10 A562S", COMPANY])
def test_a_fiscal_code_of_a_person_or_a_company_is_read(text: str) -> None:
    assert is_fiscal_code(text)


def test_a_fiscal_code_with_letters_for_digits_is_read() -> None:
    """Two persons who would have the same code get letters in the place of digits."""
    assert is_fiscal_code("RSSMRA85T10A56NH")


@pytest.mark.parametrize("place", range(16))
def test_one_wrong_character_of_a_fiscal_code_is_found(place: int) -> None:
    other = "1" if PERSON[place] != "1" and PERSON[place].isdigit() else "0" if PERSON[place] == "1" else "Z"
    assert not is_fiscal_code(PERSON[:place] + other + PERSON[place + 1 :])


def test_a_recipient_code_has_seven_letters_or_digits() -> None:
    assert is_recipient_code("m5uxcr1")
    assert is_recipient_code("0000000")
    assert not is_recipient_code("ABC123")
    assert not is_recipient_code("ABC 12-3!")
