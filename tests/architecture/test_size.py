import ast

from tests.architecture.sources import APPS, files, shown, tree

MAX_FUNCTION_LINES = 60
MAX_FILE_LINES = 400
OURS = (*APPS, "config", "bench", "tests")


def test_no_function_is_longer_than_60_lines() -> None:
    long = [
        f"{shown(path)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in files(*OURS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert long == []


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files(*OURS)}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_FILE_LINES} == {}
