"""What a fault adds to its cause is in the till's language too: no detail is said bare."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def bare(text: ast.expr) -> bool:
    """Whether this is a text with a word in it, and not one that was asked of `say`."""
    match text:
        case ast.Constant(str(words)):
            return any(word.isalpha() and len(word) > 2 for word in words.split())
        case ast.JoinedStr(parts):
            return any(map(bare, parts))
        case ast.IfExp(_, body, orelse):
            return bare(body) or bare(orelse)
    return False


def details(function: Function) -> Iterator[ast.expr]:
    """The detail of each fault that the function names, or the texts that it may be."""
    assigned: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            assigned.setdefault(node.targets[0].id, []).append(node.value)
    for node in ast.walk(function):
        match node:
            case ast.Call(
                ast.Name(_) | ast.Attribute(_),
                [ast.Attribute(ast.Name("faults")), detail, *_],
            ) | ast.Call(ast.Name("Broken" | "Wrong"), [_, detail]):
                named = assigned.get(detail.id, []) if isinstance(detail, ast.Name) else [detail]
                yield from named


def undone(source: str) -> list[str]:
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, Function))
    return [ast.unparse(each) for one in functions for each in details(one) if bare(each)]


def test_every_detail_is_said_in_the_tills_language() -> None:
    files = [
        path for folder in ("pos_terminal", "drivers", "plugins")
        for path in (ROOT / folder).rglob("*.py")
    ]  # fmt: skip
    found = {str(path.relative_to(ROOT)): undone(path.read_text()) for path in files}
    assert {path: texts for path, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    "code",
    [
        'raise JournalError(faults.X, "there is none")',
        'raise JournalError(faults.X, f"{path} is gone")',
        'why = f"none at {path}" if path else say("rien")\n return Fault(faults.X, why)',
        'raise Broken(3, "it is missing")',
    ],
)
def test_one_that_slipped_is_found(code: str) -> None:
    assert undone(f"def f():\n {code}")


@pytest.mark.parametrize(
    "code",
    ['raise E(faults.X, say("rien"))', 'raise E(faults.X, f"{path}: {it}")', "raise E(faults.X)"],
)
def test_others_are_let_pass(code: str) -> None:
    assert not undone(f"def f():\n {code}")
