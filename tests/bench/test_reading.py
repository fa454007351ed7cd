import json
from pathlib import Path

import pytest

from bench.reading import Case, Comparison, main, read_cases
from bench.report import BenchError

SAMPLE = Path("tests/data/reading")


def _case(language: str, written: str, *spoken: str) -> Case:
    return Case(language, "", written, spoken)


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (_case("de", "23", "drei und zwanzig"), "dreiundzwanzig"),
        (_case("en", "123", "one hundred and twenty-three"), "One hundred twenty three"),
        (_case("it", "12:30", "dodici e trenta minuti", "dodici e mezza"), "dodici e mezza"),
    ],
)
def test_case_hyphens_spaces_and_the_english_and_make_no_difference(case: Case, said: str) -> None:
    assert Comparison().is_exact(case, said)


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (_case("de", "123", "ein hundert drei und zwanzig"), "hundertdreiundzwanzig"),
        (_case("de", "21.100", "ein und zwanzig tausend ein hundert"), "einundzwanzigtausendhundert"),
        (_case("it", "3,23€", "tre euro ventitre centesimi"), "tre euro e ventitré"),
        (_case("it", "03:38", "tre e trentotto minuti"), "tre e trentotto"),
        (_case("en", "2-5", "two - five"), "two to five"),
        (_case("en", "13000", "one three zero zero zero"), "thirteen thousand"),
    ],
)
def test_differences_of_style_are_accepted_but_not_exact(case: Case, said: str) -> None:
    comparison = Comparison()
    assert comparison.is_accepted(case, said)
    assert not comparison.is_exact(case, said)


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (_case("de", "223", "zwei hundert drei und zwanzig"), "hundertdreiundzwanzig"),
        (_case("it", "3,23€", "tre euro ventitre centesimi"), "tre euro e ventiquattro"),
        (_case("en", "2-5", "two - five"), "two to six"),
        (_case("en", "1300", "thirteen hundred"), "thirteen thousand"),
        (_case("it", "5 kg", "cinque chilogrammi"), "cinque grammi"),
    ],
)
def test_another_number_is_never_accepted(case: Case, said: str) -> None:
    assert not Comparison().is_accepted(case, said)


def test_without_a_folder_it_measures_the_sample_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    said = capsys.readouterr().out
    assert "small sample" in said
    report = json.loads(said.splitlines()[-1])
    assert set(report["figures"]) == {"it", "en", "de"}
    for figures in report["figures"].values():
        assert figures["left_over"] == 0
        assert figures["accepted_percent"] >= 95.0
        assert figures["exact_percent"] >= 70.0


def test_a_folder_is_measured_with_the_languages_that_it_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"lang": "de", "kind": "cardinal", "written": "12", "spoken": ["zwölf"]}
    (tmp_path / "some.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    main(["--data", str(tmp_path)])
    assert list(json.loads(capsys.readouterr().out.splitlines()[-1])["figures"]) == ["de"]


def test_a_folder_without_cases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="DATA=folder"):
        read_cases(tmp_path)
