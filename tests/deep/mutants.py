"""Deliberate faults, drawn by a seed: does any test notice?

`python -m tests.deep.mutants --count 300 --seed 1` draws that many small changes of the code below
(a comparison turned, a sum made a difference, a guard left out), runs the tests of each one's room
over a copy that holds it, and lists those that nothing noticed. Exit status 1 where there are any
but the equivalent ones named in `equivalent.txt`.
"""

import argparse
import ast
import compileall
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.txt")

# What is changed, and the tests that must notice.
TARGETS: dict[str, tuple[str, ...]] = {
    "domain/sale": (
        "tests/domain/sale", "tests/domain/counter", "tests/domain/tender", "tests/domain/printing",
    ),
    "domain/period": ("tests/domain/period", "tests/closing", "tests/domain/counter"),
    "domain/counter": (
        "tests/domain/counter", "tests/domain/sale", "tests/domain/tender", "tests/domain/stock",
    ),
    "journal/chain.py": ("tests/journal",),
}
PATIENCE = 300
"""Seconds for one mutant's tests; a mutant that loops for ever has been noticed, too."""

OTHER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: the file and line, what stands there and what instead, how to write it all."""

    path: str
    line: int
    before: str
    after: str
    text: Callable[[], str]
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called in the list of equivalents: without the line, which moves."""
        return f"{self.path}: {self.before} -> {self.after}"


def sites(tree: ast.Module) -> Iterator[tuple[ast.stmt, Callable[[], None], Callable[[], None]]]:
    """Each place that can be changed: the statement around it, how to change it, how to undo it."""
    for statement in (node for node in ast.walk(tree) if isinstance(node, ast.stmt)):
        if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
            continue
        inner = [child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.expr)]
        for node in (each for child in inner for each in ast.walk(child)):
            yield from ((statement, *change) for change in changes(node))


def changes(node: ast.AST) -> Iterator[tuple[Callable[[], None], Callable[[], None]]]:
    """How this expression can be changed, with the way back."""

    def swap(owner: object, field: str, old: object, new: object) -> tuple[
        Callable[[], None], Callable[[], None]
    ]:
        return (lambda: setattr(owner, field, new)), (lambda: setattr(owner, field, old))

    match node:
        case ast.Compare(ops=[op]) if type(op) in OTHER:
            yield swap(node, "ops", node.ops, [OTHER[type(op)]()])
        case ast.BinOp(op=op) | ast.BoolOp(op=op) if type(op) in OTHER:
            yield swap(node, "op", op, OTHER[type(op)]())
        case ast.Constant(value=bool(value)):
            yield swap(node, "value", value, not value)
        case ast.Constant(value=int(value)):
            yield swap(node, "value", value, value + 1)
        case ast.IfExp(test=test) | ast.comprehension(ifs=[test]):
            field = "test" if isinstance(node, ast.IfExp) else "ifs"
            turned: ast.expr = ast.UnaryOp(ast.Not(), test)
            yield swap(node, field, getattr(node, field), turned if field == "test" else [turned])


def mutants(path: Path, tests: tuple[str, ...]) -> Iterator[Mutant]:
    """Every mutant of one file."""
    tree = ast.parse(path.read_text())
    name = str(path.relative_to(ROOT))
    for statement, change, undo in list(sites(tree)):
        before = head(statement)
        change()
        after = head(statement)
        undo()
        if after != before:
            text = partial(changed, tree, change, undo)
            yield Mutant(name, statement.lineno, before, after, text, tests)
    for block in (node for node in ast.walk(tree) if isinstance(node, ast.If)):
        never, test = ast.Constant(value=False), block.test  # a guard that never bites
        text = partial(
            changed, tree, partial(setattr, block, "test", never),
            partial(setattr, block, "test", test),
        )  # fmt: skip
        yield Mutant(name, block.lineno, f"if {ast.unparse(test)}", "if False", text, tests)


def changed(tree: ast.Module, change: Callable[[], None], undo: Callable[[], None]) -> str:
    """The whole file with that change."""
    change()
    try:
        return ast.unparse(tree)
    finally:
        undo()


def head(statement: ast.stmt) -> str:
    """The statement's first line, which names a change well enough."""
    return ast.unparse(statement).partition("\n")[0]


def drawn(seed: int, count: int) -> list[Mutant]:
    """So many mutants, the same for the same code and seed."""
    every: list[Mutant] = []
    for target, tests in TARGETS.items():
        place = ROOT / "pos_terminal" / target
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            every += mutants(path, tests)
    return random.Random(seed).sample(every, min(count, len(every)))


def likeliest_first(mutant: Mutant) -> list[str]:
    """The files of its tests: those that bear its module's name, then those that say it most.

    The first failure ends a mutant's tests, so that most cost a few seconds and not the minutes of
    all its room's: what draws long, by Hypothesis, comes last.
    """
    module = Path(mutant.path).stem.strip("_")

    def key(file: Path) -> tuple[bool, bool, int]:
        text = file.read_text()
        return "hypothesis" in text, module not in file.stem, -text.count(module)

    files = [file for folder in mutant.tests for file in sorted((ROOT / folder).rglob("test_*.py"))]
    return [str(file.relative_to(ROOT)) for file in sorted(files, key=key)]


def noticed(mutant: Mutant, copy: Path) -> bool:
    """Whether a test fails over the copy of the program that holds this mutant."""
    place = copy / mutant.path
    whole = place.read_text()
    place.write_text(mutant.text())
    command = [str(Path(sys.executable).with_name("pytest")), "-x", "-q", "-p", "no:cacheprovider",
               "--hypothesis-profile", "unshrunk",
               "-m", "not slow and not deep", *likeliest_first(mutant)]  # fmt: skip
    # The copy stands before the tree: `pytest`, unlike `python -m pytest`, leaves it there.
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return True
    finally:
        place.write_text(whole)
    return done.returncode != 0


def main() -> int:
    """Draw, try, and say what survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    lines = EQUIVALENT.read_text().splitlines()
    equivalent = {line.partition("  # ")[0] for line in lines if line and line[0] != "#"}
    chosen = [each for each in drawn(given.seed, given.count) if each.name not in equivalent]
    survivors: list[Mutant] = []
    with tempfile.TemporaryDirectory() as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(given.workers):
            copy = Path(folder, str(number))
            shutil.copytree(ROOT / "pos_terminal", copy / "pos_terminal")
            compileall.compile_dir(copy, quiet=1)
            copies.put(copy)

        def attempt(mutant: Mutant) -> bool:
            copy = copies.get()
            try:
                return noticed(mutant, copy)
            finally:
                copies.put(copy)

        with ThreadPoolExecutor(given.workers) as pool:
            for number, (mutant, seen) in enumerate(
                zip(chosen, pool.map(attempt, chosen), strict=True), 1
            ):
                survivors += [] if seen else [mutant]
                word = "noticed" if seen else "SURVIVED"
                print(f"{number:4}/{len(chosen)} {word:8} {mutant.path}:{mutant.line}", flush=True)
    for mutant in survivors:
        print(f"{mutant.path}:{mutant.line}\n    {mutant.before}\n    {mutant.after}")
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} noticed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
