"""Holds the code to docs/architecture.md: who may import whom, purity, tasks, shape.

Each rule is a function from a parsed module to its offences («file:line: what»), so that one test
applies all rules to the tree and another shows that each catches an offender.
"""

import ast
import fnmatch
import statistics
import sys
from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.support.house import (
    FLOOR,
    FLOORS,
    MODULES,
    NAMES,
    ROOMS,
    ROOT,
    Function,
    Module,
    imports_of,
    is_ours,
    load,
    room_of,
    room_on_a_floor,
)

# The simulators stand on the public test helpers; the console shows papers as they are printed.
MORE = {
    "pos_driver_sim": {"testing"},
    # its child that compares catalogues has a language to set
    "pos_service_console": {"devices.paper_layout", "process.translation"},
}

# Libraries beside the standard one, by room.
LIBRARIES: dict[str, set[str]] = {
    "hookspecs": {"pluggy"},
    "domain": {"msgspec"},
    "devices": {"msgspec"},
    "drivers": {"msgspec"},
    "links": {"msgspec"},
    "tasks": {"msgspec"},
    "storage": {"apsw"},
    "channel": {"msgspec"},
    "journal": {"apsw", "msgspec"},
    "archive": {"apsw", "cryptography", "msgspec"},
    "projection": {"apsw"},
    "persons": {"apsw", "msgspec"},
    "acts": {"msgspec"},
    "counter_page": {"msgspec", "segno", "starlette", "uvicorn"},
    "plugins": {"msgspec", "pkcs11"},  # pkcs11 in a process of its own
    "process": {"msgspec", "pluggy"},
    "runtime": {"msgspec"},
    "replay": {"msgspec"},
    "scenes": {"msgspec"},
    "commands": {"msgspec"},
    "agent": {"apsw", "msgspec", "pluggy"},
    "update": {"msgspec"},
    "stick": {"msgspec"},
    "receiver": {"apsw", "cryptography", "msgspec"},
    # asyncssh and cryptography each in a process of its own
    "services": {
        "aiosmtplib", "apsw", "asyncssh", "cryptography", "msgspec", "starlette", "uvicorn",
    },
    "testing": {"apsw", "msgspec", "pytest"},
}
# Heavy libraries, hardware's above all: loaded inside a function, when they are first needed.
HARDWARE: dict[str, set[str]] = {
    "drivers": {"PIL", "barcode", "cryptography", "escpos", "evdev", "qrcode", "serial", "usb"},
    "links": {"serial", "usb"},
    "commands": {"reportlab"},
}

# What the domain may use of the standard library: nothing that waits, asks or remembers.
PURE = {
    "abc",
    "array",
    "base64",
    "bisect",
    "collections",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "errno",
    "fractions",
    "functools",
    "hashlib",
    "hmac",
    "html",
    "itertools",
    "math",
    "operator",
    "re",
    "string",
    "types",
    "typing",
    "unicodedata",
    "zoneinfo",
}
IMPURE_CALLS = {"now", "today", "utcnow", "open", "print", "input"}

TOP_LEVEL = {
    "pyproject.toml",
    "README.md",
    "pos_terminal",
    "plugins",
    "drivers",
    "systemd",
    "image",
    "tests",
    ".ci",
    "docs",
    "bench",
    ".git",
    ".gitignore",
    "LICENSE",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Makefile",
    "requirements.lock",
    "requirements-build.lock",
    "requirements-counter.lock",
    "requirements-dev.lock",
}

MAX_FILE, MEDIAN_FILE = 500, 120
MOST_FLOORS, LONGEST_CHAIN = 9, 20
MAX_FUNCTION, P90_FUNCTION, MAX_COMPLEXITY = 80, 30, 15
LINES_PER_BROAD_EXCEPT = 1000

















def import_rule(module: Module) -> Iterator[str]:
    """Own room, or what the table allows; drivers and plugins do not see each other."""
    package = module.name.partition(".")[0]
    allowed = ROOMS.get(module.room, set()) | MORE.get(package, set())
    for imported in imports_of(module, NAMES):
        target, room = imported.target, room_of(imported.target)
        if target.startswith("."):
            yield module.at(imported.line, "a relative import")
        if not is_ours(target) or target == "pos_terminal":
            continue
        home = target.partition(".")[0] == package and room == module.room
        inner = target.removeprefix("pos_terminal.")
        single = any(inner == one or inner.startswith(f"{one}.") for one in allowed)
        if not (home or room in allowed or single):
            yield module.at(imported.line, f"{module.room or package} may not import {target}")


def floor_rule(module: Module) -> Iterator[str]:
    """Own room and lower floors: no arrow goes up, and none to a room on the same floor."""
    own = room_on_a_floor(module.name)
    for imported in imports_of(module, NAMES):
        target = room_on_a_floor(imported.target)
        if target in ("", own) or not own:
            continue
        if target not in FLOOR or own not in FLOOR:
            yield module.at(imported.line, f"{own} or {target} is on no floor")
        elif FLOOR[target] >= FLOOR[own]:
            where = f"floor {FLOOR[own]} may not import {target} on floor {FLOOR[target]}"
            yield module.at(imported.line, f"{own} on {where}")


def library_rule(module: Module) -> Iterator[str]:
    """The standard library and the room's own libraries; inside functions only heavy ones."""
    for imported in imports_of(module, NAMES):
        first = imported.target.partition(".")[0]
        heavy = first in HARDWARE.get(module.room, set())
        if imported.late and not heavy:
            yield module.at(imported.line, f"imports {imported.target} inside a function")
        foreign = not is_ours(first) and first not in sys.stdlib_module_names
        known = heavy or imported.target.startswith(".")
        if foreign and not known and first not in LIBRARIES.get(module.room, set()):
            yield module.at(imported.line, f"{module.room} may not use {first}")


def purity_rule(module: Module) -> Iterator[str]:
    """The domain and the verifier's core know no clock, no files, no chance, no tasks."""
    if module.room not in ("domain", "verifier"):
        return
    for imported in imports_of(module, NAMES):
        first = imported.target.partition(".")[0]
        if first in sys.stdlib_module_names and first not in PURE:
            yield module.at(imported.line, f"{module.room} may not use {first}")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.AsyncFunctionDef):
            yield module.at(node.lineno, f"async in {module.room}")
        if isinstance(node, ast.Call) and name_of(node.func) in IMPURE_CALLS:
            yield module.at(node.lineno, f"{ast.unparse(node.func)}() in {module.room}")


def name_of(node: ast.expr | None) -> str:
    """The last name of `a.b.c` or `c`; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def task_groups(tree: ast.Module) -> set[str]:
    """Names bound by `async with TaskGroup() as name`, or declared as one."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.withitem) and isinstance(node.context_expr, ast.Call):
            if name_of(node.context_expr.func) == "TaskGroup":
                found.add(name_of(node.optional_vars))
        elif isinstance(node, ast.arg) and "TaskGroup" in ast.unparse(node.annotation or node):
            found.add(node.arg)
        elif isinstance(node, ast.AnnAssign) and "TaskGroup" in ast.unparse(node.annotation):
            found.add(name_of(node.target))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and name_of(node.value) in found:
            found.update(name_of(target) for target in node.targets)
    return found - {""}


def task_rule(module: Module) -> Iterator[str]:
    """Every task belongs to a task group, which waits for it and hears its error."""
    groups = task_groups(module.tree)
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        called = name_of(node.func)
        owner = name_of(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        if called == "ensure_future" or (called == "create_task" and owner not in groups):
            yield module.at(node.lineno, f"{ast.unparse(node.func)} outside a task group")


def broad_excepts(module: Module) -> list[ast.ExceptHandler]:
    def is_broad(handler: ast.ExceptHandler) -> bool:
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        return any(k is None or name_of(k) in {"Exception", "BaseException"} for k in kinds)

    handlers = (n for n in ast.walk(module.tree) if isinstance(n, ast.ExceptHandler))
    return [handler for handler in handlers if is_broad(handler)]


def swallow_rule(module: Module) -> Iterator[str]:
    """A broad except raises again; where any error is to end, it is `contained` and reported."""
    for handler in broad_excepts(module):
        body = [node for statement in handler.body for node in ast.walk(statement)]
        if not any(isinstance(node, ast.Raise) for node in body):
            yield module.at(handler.lineno, "a broad except that does not raise again")
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call) or name_of(node.func) != "suppress":
            continue
        if {"Exception", "BaseException"} & {name_of(a) for a in node.args}:
            yield module.at(node.lineno, "suppresses everything")


def record_rule(module: Module) -> Iterator[str]:
    """Only the journal makes records of bytes: it checks them on the way."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Attribute) or module.room == "journal":
            continue
        if node.attr == "read" and name_of(node.value) == "Record":
            yield module.at(node.lineno, "reads a record by itself, and not by a journal's Reader")


def functions(module: Module) -> list[Function]:
    return [node for node in ast.walk(module.tree) if isinstance(node, Function)]


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def complexity(function: Function) -> int:
    """Cyclomatic: one, and one for each branch and each further operand of and/or."""
    branches = (
        ast.If,
        ast.For,
        ast.AsyncFor,
        ast.While,
        ast.ExceptHandler,
        ast.IfExp,
        ast.comprehension,
        ast.match_case,
        ast.Assert,
    )
    total, todo = 1, list(ast.iter_child_nodes(function))
    while todo:
        node = todo.pop()
        if isinstance(node, Function | ast.ClassDef):
            continue
        total += isinstance(node, branches)
        total += len(node.values) - 1 if isinstance(node, ast.BoolOp) else 0
        todo.extend(ast.iter_child_nodes(node))
    return total


def shape_rule(module: Module) -> Iterator[str]:
    lines = len(module.text.splitlines())
    if lines > MAX_FILE:
        yield module.at(lines, f"{lines} lines, at most {MAX_FILE}")
    for function in functions(module):
        if length(function) > MAX_FUNCTION:
            yield module.at(function.lineno, f"{function.name}: {length(function)} lines")
        if complexity(function) > MAX_COMPLEXITY:
            yield module.at(function.lineno, f"{function.name}: complexity {complexity(function)}")


Rule = Callable[[Module], Iterator[str]]
RULES: list[Rule] = [
    import_rule,
    floor_rule,
    library_rule,
    purity_rule,
    task_rule,
    swallow_rule,
    record_rule,
    shape_rule,
]


@pytest.mark.parametrize("rule", RULES)
def test_the_code_keeps(rule: Rule) -> None:
    assert [offence for module in MODULES for offence in rule(module)] == []


OFFENDERS: list[tuple[Rule, str, str]] = [
    (import_rule, "pos_terminal.domain.x", "from pos_terminal.devices.errors import DeviceLost"),
    (import_rule, "pos_terminal.journal.x", "import pos_terminal.runtime.config"),
    (import_rule, "pos_terminal.domain.x", "from . import money"),
    (import_rule, "pos_driver_a.x", "from pos_driver_b import codec"),
    (import_rule, "pos_driver_a.x", "from pos_terminal.testing import sims"),
    (import_rule, "pos_plugin_a", "from pos_terminal.runtime import config"),
    (floor_rule, "pos_terminal.domain.sale.x", "from pos_terminal.domain.counter import desk"),
    (floor_rule, "pos_terminal.domain.sale.x", "import pos_terminal.domain.stock.production"),
    (floor_rule, "pos_terminal.domain.money", "from pos_terminal.domain.events import sale"),
    (floor_rule, "pos_terminal.journal.x", "from pos_terminal.domain.counter import desk"),
    (library_rule, "pos_terminal.runtime.x", "def f():\n    import json"),
    (library_rule, "pos_terminal.runtime.x", "import evdev"),
    (library_rule, "pos_terminal.links.x", "import pluggy"),
    (library_rule, "pos_terminal.domain.x", "import apsw"),
    (purity_rule, "pos_terminal.domain.x", "import asyncio"),
    (purity_rule, "pos_terminal.domain.x", "async def f(): ..."),
    (purity_rule, "pos_terminal.domain.x", "day = date.today()"),
    (task_rule, "pos_terminal.runtime.x", "asyncio.create_task(f())"),
    (task_rule, "pos_terminal.runtime.x", "asyncio.ensure_future(f())"),
    (swallow_rule, "pos_terminal.runtime.x", "try: f()\nexcept Exception: pass"),
    (swallow_rule, "pos_terminal.runtime.x", "try: f()\nexcept: x = 1"),
    (swallow_rule, "pos_terminal.runtime.x", "try: f()\nexcept Exception as e: seen(e)"),
    (swallow_rule, "pos_terminal.runtime.x", "with suppress(Exception): f()"),
    (record_rule, "pos_terminal.persons.x", "Record.read(row.rec, row.hash)"),
    (shape_rule, "pos_terminal.runtime.x", "\n" * (MAX_FILE + 1)),
    (shape_rule, "pos_terminal.runtime.x", "def f():\n" + "    f()\n" * MAX_FUNCTION),
    (shape_rule, "pos_terminal.runtime.x", "def f(a): return " + "a or " * 15 + "a"),
]
ALLOWED: list[tuple[Rule, str, str]] = [
    (import_rule, "pos_driver_sim.x", "from pos_terminal.testing import sims"),
    (import_rule, "pos_driver_a.x", "from pos_driver_a.codec import f"),
    (library_rule, "pos_driver_a.x", "def f():\n    import evdev"),
    (task_rule, "pos_terminal.runtime.x", "async with TaskGroup() as g: g.create_task(f())"),
    (task_rule, "pos_terminal.runtime.x", "def f(g: TaskGroup): g.create_task(h())"),
    (swallow_rule, "pos_terminal.runtime.x", "try: f()\nexcept BaseException: undo(); raise"),
    (swallow_rule, "pos_terminal.runtime.x", "with contained(seen): f()"),
    (record_rule, "pos_terminal.journal.x", "Record.read(row.rec, row.hash)"),
    (swallow_rule, "pos_terminal.runtime.x", "try: f()\nexcept OSError: pass"),
]


@pytest.mark.parametrize(("rule", "name", "text"), OFFENDERS)
def test_a_rule_catches(rule: Rule, name: str, text: str) -> None:
    assert len(list(rule(Module(name, "x.py", whole(text))))) == 1


@pytest.mark.parametrize(("rule", "name", "text"), ALLOWED)
def test_a_rule_allows(rule: Rule, name: str, text: str) -> None:
    assert list(rule(Module(name, "x.py", whole(text)))) == []


def whole(text: str) -> str:
    """A sample that is Python: `async with` and `await` need no function around them here."""
    return text if "async with" not in text else f"async def w():\n {text}"


def test_ssh_is_in_a_process_of_its_own() -> None:
    """For as long as a consent: the agent that waits for one loads nothing of it."""
    users = {
        module.name
        for module in MODULES
        for imported in imports_of(module, NAMES)
        if imported.target.partition(".")[0] == "asyncssh"
    }
    assert users == {"pos_service_support.ssh_child"}
    assert [
        module.at(imported.line, imported.target)
        for module in MODULES
        for imported in imports_of(module, NAMES)
        if imported.target in users
    ] == []


def test_no_test_module_imports_another() -> None:
    """What two tests share stands in tests/support: so one can be run, moved and read alone."""
    tests = list(load(ROOT, ROOT / "tests"))
    names = {module.name for module in tests if module.name.rpartition(".")[2].startswith("test_")}
    assert [
        module.at(imported.line, imported.target)
        for module in tests
        for imported in imports_of(module, names)
        if imported.target in names
    ] == []


def test_no_two_tests_have_one_name() -> None:
    """pytest takes a module by its last name alone, and leaves the second of one name out."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert [name for name in names if names.count(name) > 1] == []


def test_every_module_has_a_room() -> None:
    assert {module.room for module in MODULES} - {""} <= set(ROOMS)
    assert [module.path for module in MODULES if not module.room] == ["pos_terminal/__init__.py"]


def test_every_room_is_on_one_floor() -> None:
    assert sum(map(len, FLOORS)) == len(FLOOR)
    assert {room for room in FLOOR if not room.startswith("domain.")} == set(ROOMS)
    assert len(FLOORS) <= MOST_FLOORS


def import_graph() -> dict[str, set[str]]:
    """Which of our modules each imports, but for the type checker."""
    return {
        module.name: {
            imported.target
            for imported in imports_of(module, NAMES)
            if imported.target in NAMES and not imported.typing
        }
        for module in MODULES
    }


def test_no_import_cycles() -> None:
    try:
        TopologicalSorter(import_graph()).prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {' <- '.join(error.args[1])}")


def test_chains_of_imports_are_short() -> None:
    """The longest: how much has to be understood, and loaded, before the top module can be."""
    graph = import_graph()
    chains: dict[str, list[str]] = {}
    for name in TopologicalSorter(graph).static_order():
        below = max((chains[other] for other in graph[name]), key=len, default=[])
        chains[name] = [name, *below]
    longest = max(chains.values(), key=len)
    assert len(longest) <= LONGEST_CHAIN, " -> ".join(longest)


def test_files_and_functions_are_small() -> None:
    lines = [len(module.text.splitlines()) for module in MODULES if module.text]
    assert statistics.median(lines) <= MEDIAN_FILE
    lengths = sorted(length(function) for module in MODULES for function in functions(module))
    assert lengths[len(lengths) * 9 // 10] <= P90_FUNCTION


def test_broad_excepts_are_rare() -> None:
    places = [m.at(h.lineno, "broad except") for m in MODULES for h in broad_excepts(m)]
    for module in MODULES:
        calls = (node for node in ast.walk(module.tree) if isinstance(node, ast.Call))
        called = (call for call in calls if name_of(call.func) == "contained")
        places += [module.at(call.lineno, "contained") for call in called]
    lines = sum(len(module.text.splitlines()) for module in MODULES)
    assert len(places) <= lines // LINES_PER_BROAD_EXCEPT, places


def test_the_top_level_is_fixed() -> None:
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text().split()]
    names = {path.name for path in ROOT.iterdir()}
    there = {n for n in names if not any(fnmatch.fnmatch(n, pattern) for pattern in ignored)}
    assert there <= TOP_LEVEL, "the top level has its fixed names: see docs/architecture.md"
