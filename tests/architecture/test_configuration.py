import ast
import re

import pytest

from config.deploy_check import PLACEHOLDERS
from tests.architecture.sources import ROOT, files, tree
from tests.production_start import start_production

pytestmark = pytest.mark.processes

DOCUMENT = ROOT / "docs" / "configuration.md"
ROW = re.compile(r"^\| `([A-Z0-9_]+)` \| (.+?) \| (.+?) \| .+ \|$", re.MULTILINE)
TICKED = re.compile(r"^`([^`]+)`")


def read_by_settings() -> dict[str, ast.Call]:
    """Every `env.…("NAME", …)` in the settings."""
    return {
        node.args[0].value: node
        for path in files("config/settings")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def documented() -> dict[str, str]:
    """Each variable of the document with its default."""
    return {name: default for name, _, default in ROW.findall(DOCUMENT.read_text(encoding="utf-8"))}


def test_the_document_lists_what_the_settings_read() -> None:
    assert set(documented()) == set(read_by_settings())


def test_the_document_lists_each_variable_once() -> None:
    names = re.findall(r"^\| `([A-Z0-9_]+)`", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(names) == sorted(set(names))


def test_the_documented_defaults_are_those_of_the_code() -> None:
    def default_of(call: ast.Call) -> object:
        given = [keyword.value for keyword in call.keywords if keyword.arg == "default"]
        return ast.literal_eval(given[0]) if given else None

    wrong = {}
    for name, call in read_by_settings().items():
        default, told = default_of(call), documented()[name]
        ticked = TICKED.match(told)
        if default in ("", []) and told.startswith("empty"):
            continue
        if ticked and ticked[1] == (str(default).lower() if isinstance(default, bool) else str(default)):
            continue
        if told.startswith(("production: required", "an own throwaway")):
            continue
        wrong[name] = told
    assert wrong == {}


def test_no_setting_is_read_past_the_document() -> None:
    """`os.environ` and its kin would escape the list above."""
    for path in files("config/settings"):
        assert not re.search(r"\benviron\b|getenv", path.read_text(encoding="utf-8")), path


def test_production_starts_with_what_the_document_requires() -> None:
    required = {name for name, default in documented().items() if default.startswith("production: required")}
    assert required == set(PLACEHOLDERS) - {"DJANGO_SETTINGS_MODULE"}
    started = start_production()
    assert started.returncode == 0, started.stderr


@pytest.mark.parametrize("name", sorted(set(PLACEHOLDERS) - {"DJANGO_SETTINGS_MODULE"}))
@pytest.mark.parametrize("value", [None, "", " "], ids=["missing", "empty", "blank"])
def test_production_does_not_start_without(name: str, value: str | None) -> None:
    failed = start_production(**{name: value})
    assert failed.returncode != 0
    last = failed.stderr.strip().splitlines()[-1]
    assert last.startswith("django.core.exceptions.ImproperlyConfigured:")
    assert name in last


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECURE_HSTS_SECONDS", "abc"),
        ("SECURE_HSTS_SECONDS", ""),
        ("SECURE_SSL_REDIRECT", "ture"),
        ("TRUSTED_PROXY_COUNT", "one"),
        ("OPENAI_TIMEOUT_S", "8s"),
        ("ELEVENLABS_TIMEOUT_S", "1,5"),
        ("ELEVENLABS_TRANSPORT", "websockets"),
        ("DATABASE_URL", "db.example/vivavoce"),
        ("DATABASE_URL", "sqlite:///vivavoce.db"),
        ("DATABASE_URL", "postgres://user:secret@db:port/x"),
        ("REDIS_URL", "redis"),
        ("EMAIL_URL", "mail.example"),
        ("OPENAI_BASE_URL", "api.openai.com/v1"),
        ("TIKTOK_SIGN_URL", "ftp://sign.example"),
        ("PUBLIC_URL", "vivavoce.example"),
        ("LOG_LEVEL", "LOUD"),
        ("LLM_SPEND_CAP_LIVE_USD", "2.0"),  # renamed, and covers more
    ],
)
def test_production_does_not_start_with_a_malformed_value(name: str, value: str) -> None:
    failed = start_production(**{name: value})
    assert failed.returncode != 0
    last = failed.stderr.strip().splitlines()[-1]
    assert last.startswith("django.core.exceptions.ImproperlyConfigured:")
    assert name in last


@pytest.mark.parametrize("url", ["mysql://user:hunter2@db/x", "postgres://user:hunter2@db:port/x"])
def test_a_refusal_does_not_print_the_secret(url: str) -> None:
    failed = start_production(DATABASE_URL=url)
    assert "DATABASE_URL" in failed.stderr
    assert "hunter2" not in failed.stderr
