"""Says telephone numbers, addresses of machines and versions."""

import re

from speech.stage.text_normalization.grammar import say_digits, say_integer
from speech.stage.text_normalization.rules import Rule
from speech.stage.text_normalization.vocabulary import Vocabulary

_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+")
_PROGRAMS = (
    r"iOS|iPadOS|macOS|Android|Windows|Linux|Ubuntu|Python|Java|PHP|HTML|CSS|USB|Bluetooth|Web|Update|Patch|Release|Firmware|GPT|Unity|Chrome|"
    r"Firefox|Django|build|Build|vers\.|ver\.|versione|Versione|version|Version|aggiornamento|release"
)


def telephone_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules for telephone numbers, and for digits that are grouped by hyphens."""
    international = (
        r"(?<![\w.,])\+(?P<country>\d{1,3})[\s./-]?(?P<number>\(?\d[\d\s()./-]{4,}\d)(?![\w]|[.,]\d)"
    )
    with_zero = r"(?<![\w.,])(?P<number>\(?0\d{1,4}\)?[\s/-]\d[\d\s/-]{3,}\d|0\d{5,})(?![\w]|[.,]\d)"
    spaced = (
        r"(?<![\w.,+-])(?P<number>\(?\d{2,4}\)?(?:\s\d{2,4}){2,3}|\d{1,4}(?:-\d{1,4}){2,3})(?![\w-]|[.,]\d)"
    )
    mobile = r"(?<![\w.,])(?P<number>3\d{9}|1[5-7]\d{8,9})(?![\w]|[.,]\d)"
    american = r"(?<![\w.,])(?P<number>\(\d{3}\)[\s-]?\d{3}-\d{4}|\d{3}-\d{4})(?![\w-]|[.,]\d)"
    patterns = [international, with_zero, spaced]
    in_two = r"(?<![\w.,/-])(?P<number>\d{2,4}[-/]\d{5,8})(?![\w/-]|[.,]\d)"
    patterns += [american] if vocabulary.language == "en" else [mobile, in_two]
    return [Rule(re.compile(pattern), lambda found: _telephone(found, vocabulary)) for pattern in patterns]


def _telephone(found: re.Match[str], vocabulary: Vocabulary) -> str:
    country = found.groupdict().get("country")
    groups = re.findall(r"\d+", found["number"])
    digits = "".join(groups)
    # 10 20 30 are three numbers.
    if not country and len(digits) < 9 and found["number"][0] not in "(0" and found["number"].count("-") != 1:
        return found[0]
    pause = ", " if vocabulary.language == "en" else " "
    said = [say_digits(group, vocabulary.language) for group in groups]
    if country:
        is_english = vocabulary.language == "en"
        code = say_digits(country, "en") if is_english else say_integer(int(country), vocabulary.language)
        said.insert(0, f"{vocabulary['plus']} {code}")
    return pause.join(said)


def version_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules for 192.168.1.1, 2.4.1, v3.0 and "version 3.0"."""
    points = r"\d{1,4}(?:\.\d{1,4})"
    return [
        Rule(
            re.compile(r"(?<![\w.,])(?P<machine>\d{1,3}(?:\.\d{1,3}){3})(?::(?P<port>\d+))?(?![\w]|[.,]\d)"),
            lambda found: _machine(found, vocabulary),
        ),
        Rule(
            re.compile(r"(?<![\w.,])[vV]\.?(?P<version>\d+(?:\.\d+)*)(?![\w]|[.,]\d)"),
            lambda found: f"{vocabulary['version']} {_pointed(found['version'], vocabulary)}",
        ),
        Rule(
            re.compile(rf"\b(?P<program>{_PROGRAMS}) (?P<version>\d+(?:\.\d+)+)(?![\w]|[.,]\d)"),
            lambda found: f"{found['program']} {_pointed(found['version'], vocabulary)}",
        ),
        Rule(
            re.compile(rf"(?<![\w.,/-])(?P<version>{points}{{2,}})(?![\w/]|[.,]\d)"),
            lambda found: _version(found, vocabulary),
        ),
    ]


def _machine(found: re.Match[str], vocabulary: Vocabulary) -> str:
    groups = found["machine"].split(".")
    if any(int(group) > 255 for group in groups):
        return found[0]
    say = say_digits if vocabulary.language == "en" else _integer
    said = f" {vocabulary['point']} ".join(say(group, vocabulary.language) for group in groups)
    return f"{said} {say_digits(found['port'], vocabulary.language)}" if found["port"] else said


def _version(found: re.Match[str], vocabulary: Vocabulary) -> str:
    is_number = vocabulary.decimal_comma and _GROUPED.fullmatch(found["version"])
    return found[0] if is_number else _pointed(found["version"], vocabulary)


def _pointed(version: str, vocabulary: Vocabulary) -> str:
    return f" {vocabulary['version_point']} ".join(
        _integer(group, vocabulary.language) for group in version.split(".")
    )


def _integer(digits: str, language: str) -> str:
    return (
        say_integer(int(digits), language)
        if digits == "0" or digits[0] != "0"
        else say_digits(digits, language)
    )
