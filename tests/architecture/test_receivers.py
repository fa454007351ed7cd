"""An app that has signal receivers connects them when Django starts."""

import ast

import pytest

from tests.architecture.sources import APPS, ROOT, tree

WITH_RECEIVERS = [app for app in APPS if (ROOT / app / "receivers.py").exists()]


@pytest.mark.parametrize("app", WITH_RECEIVERS)
def test_an_app_imports_its_receivers_when_django_starts(app: str) -> None:
    imported = {
        (node.module, name.name)
        for ready in ast.walk(tree(ROOT / app / "apps.py"))
        if isinstance(ready, ast.FunctionDef) and ready.name == "ready"
        for node in ast.walk(ready)
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    assert (app, "receivers") in imported
