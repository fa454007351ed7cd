"""One name, one class: a reader who meets a class's name need not ask which one is meant."""

import ast
from collections import defaultdict

from tests.architecture.sources import APPS, files, shown, tree

# Names that a framework prescribes.
PRESCRIBED = frozenset({"Command"})


def test_a_public_class_name_occurs_in_one_module_only() -> None:
    modules: defaultdict[str, list[str]] = defaultdict(list)
    for path in files(*APPS, "config"):
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                modules[node.name].append(shown(path))
    assert "LiveSession" in modules, "the modules were found"
    repeated = {name: found for name, found in modules.items() if len(found) > 1 and name not in PRESCRIBED}
    assert repeated == {}, "rename the newer class"
