"""Rules read like rules: what declares them takes no more room than they do, and each module is about one subject."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from inferproof import requirements
from inferproof.requirements import CATALOGUE

MODULES = sorted(Path(requirements.__file__).parent.glob("*.py"))
TREES = {module.stem: ast.parse(module.read_text(encoding="utf-8")) for module in MODULES}

MOST_LINES = 900
"""Of decorators, groups and rules in one line, for nearly four hundred rules."""

LONGEST_MODULE = 350


def declared(statement: ast.stmt) -> list[tuple[str, ast.AST]]:
    """What declares rules in a statement at the top level of a module: its kind and its node."""
    match statement:
        case ast.FunctionDef(decorator_list=decorators):
            return [("decorator", each) for each in decorators if isinstance(each, ast.Call)]
        case ast.Assign(value=ast.Call(func=func) as call):
            names = {node.id for node in ast.walk(func) if isinstance(node, ast.Name)}
            parts = {node.attr for node in ast.walk(func) if isinstance(node, ast.Attribute)}
            return [("group", call)] if "Rules" in names or "part" in parts else []
        case ast.Expr(value=ast.Call() as call):
            return [("line", call)]
    return []


def lines(node: ast.AST) -> int:
    assert isinstance(node, ast.expr)
    return (node.end_lineno or 0) - node.lineno + 1


def test_declarations_take_no_more_room_than_their_rules(capsys: pytest.CaptureFixture[str]) -> None:
    found = [each for tree in TREES.values() for statement in tree.body for each in declared(statement)]
    room: Counter[str] = Counter()
    for kind, node in found:
        room[kind] += lines(node)
    with capsys.disabled():
        print(f"\n{len(CATALOGUE)} rules are declared in {room.total()} lines: {dict(room)}")
    assert sum(kind != "group" for kind, _ in found) == len(CATALOGUE)
    assert room.total() <= MOST_LINES


def test_no_rule_stands_in_a_table() -> None:
    """Each is declared by a statement of its own; no loop and no function makes rules of data."""
    for name, tree in TREES.items():
        own = {id(node) for statement in tree.body for _, node in declared(statement)}
        own |= {id(node.func.value) for statement in tree.body for _, node in declared(statement) if _is_chained(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                declares = node.func.attr in ("must", "should", "may")
                assert not declares or id(node) in own, f"{name}.py:{node.lineno}"


def _is_chained(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_no_module_is_long(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


def test_every_module_is_found_and_none_is_listed() -> None:
    declaring = {name for name, tree in TREES.items() if any(map(declared, tree.body))}
    assert {each.declared[0].rpartition(".")[2] for each in CATALOGUE.values()} == declaring
