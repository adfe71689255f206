"""The source tree, parsed: its modules, their rooms and imports, and the rooms' table."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]


# The rooms, and what each may import beside itself: rooms, or single modules of a room.
ROOMS: dict[str, set[str]] = {
    "domain": set(),
    "devices": {"domain"},
    "links": {"devices", "domain"},
    "hookspecs": {"crypto.token", "devices", "domain", "runtime.terminal"},
    "crypto": {"domain.language"},
    "storage": set(),
    "tasks": set(),
    "verifier": set(),
    "process": {"domain", "storage", "tasks"},
    "journal": {"crypto", "domain", "storage", "tasks", "verifier"},
    "archive": {"domain", "journal", "storage", "verifier"},
    "persons": {"crypto", "domain", "journal", "storage"},
    "projection": {"domain", "journal", "storage"},
    "acts": {"channel", "domain", "journal", "persons"},
    "channel": {"domain", "tasks"},
    "runtime": {
        "acts",
        "channel",
        "crypto.token",
        "devices",
        "domain",
        "hookspecs",
        "journal",
        "projection",
        "links",
        "persons",
        "process",
        "storage",
        "tasks",
    },
    "replay": {"devices", "domain", "journal", "process", "runtime"},
    "scenes": {"archive", "domain", "journal", "persons", "replay", "runtime", "testing"},
    "testing": {"devices", "domain", "links"},
    "commands": {
        "acts",
        "agent",
        "archive",
        "channel",
        "crypto.openssh",
        "devices",
        "domain",
        "journal",
        "persons",
        "process",
        "projection",
        "receiver",
        "replay",
        "runtime",
        "scenes",
        "stick",
        "storage",
        "tasks",
        "update",
        "verifier.messages",
    },
    "agent": {"channel", "domain", "process", "storage", "tasks"},
    "update": {"channel", "domain", "storage"},
    "stick": {"channel", "domain", "storage", "update"},
    "receiver": {"agent", "channel", "domain", "process", "services", "storage", "tasks"},
    "__main__": {"commands", "domain", "process"},
    "drivers": {"devices", "domain", "hookspecs", "links"},
    "counter_page": {
        "domain", "journal", "pos_driver_sim", "process", "replay", "runtime", "scenes",
        "storage.toml", "tasks",
    },
    "plugins": {"crypto.token", "domain", "hookspecs", "runtime.terminal"},
    "services": {
        "agent.called",
        "agent.certificates",
        "agent.clock",
        "agent.console_pages",
        "agent.delivery",
        "agent.hookspecs",
        "agent.https",
        "agent.incidents",
        "agent.outbox",
        "agent.signed_call",
        "agent.till",
        "agent.world",
        "channel.api",
        "channel.configuration",
        "channel.console",
        "channel.errors",
        "channel.evidence",
        "channel.interface",
        "channel.exports",
        "channel.support",
        "domain",
        "storage.worker",
        "tasks",
        "update.book",
        "update.counter",
        "update.release",
    },
}

# The floors of the house, the ground first. A module imports its own room and what is on lower
# floors, so that no two rooms import each other. The domain's rooms stand here one by one; `domain`
# by itself is the modules that lie beside them.
FLOORS: tuple[set[str], ...] = (
    {"domain", "domain.faults", "storage", "tasks", "verifier"},
    {"devices", "domain.codes", "domain.events", "domain.health", "domain.tender", "process"}
    | {"crypto"},
    {"domain.audit", "domain.catalog", "domain.lookup", "domain.period", "domain.staff"}
    | {"channel", "links"},
    {"agent", "domain.keyboard", "domain.sale", "domain.stock", "hookspecs", "journal", "testing"}
    | {"update"},
    {"archive", "domain.display", "domain.files", "domain.printing", "drivers", "persons"}
    | {"plugins", "projection", "stick"},
    {"acts", "domain.counter", "services"},
    {"receiver", "runtime"},
    {"replay", "scenes"},
    {"commands", "counter_page", "__main__"},
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS, 1) for room in rooms}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file: the name it is imported by, where it lies, its text and tree."""

    name: str
    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        # Parsed when asked for: each worker imports this, and few of their tests look at trees.
        return ast.parse(self.text)

    @property
    def room(self) -> str:
        return room_of(self.name)

    def at(self, line: int, what: str) -> str:
        return f"{self.path}:{line}: {what}"


@dataclass(frozen=True)
class Import:
    """One module imported: `late` inside a function, `typing` only for the type checker."""

    target: str
    line: int
    late: bool
    typing: bool


def room_of(module: str) -> str:
    """The room of a dotted name; empty for the bare package and for what is not ours."""
    first, _, rest = module.partition(".")
    if first == "pos_terminal":
        return rest.partition(".")[0]
    if first.startswith("pos_driver_"):
        return "drivers"
    if first.startswith("pos_service_"):
        return "services"
    if first == "pos_counter_page":
        return "counter_page"
    return "plugins" if first.startswith("pos_plugin_") else ""


def room_on_a_floor(module: str) -> str:
    """The same, with the domain's rooms told apart."""
    room, rest = room_of(module), module.removeprefix("pos_terminal.domain.")
    inner = f"domain.{rest.partition('.')[0]}"
    return inner if room == "domain" and inner in FLOOR else room


def is_ours(module: str) -> bool:
    ours = ("pos_terminal", "pos_counter_page", "pos_driver_", "pos_plugin_", "pos_service_")
    return module.startswith(ours)


def load(base: Path, folder: Path) -> Iterator[Module]:
    """The modules under `folder`, named as seen from the source root `base`."""
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(base).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield Module(name, str(path.relative_to(ROOT)), path.read_text())


MODULES = [
    *load(ROOT, ROOT / "pos_terminal"),
    *load(ROOT / "drivers", ROOT / "drivers"),
    *load(ROOT / "plugins", ROOT / "plugins"),
]


NAMES = {module.name for module in MODULES}


def imports_of(module: Module, names: set[str]) -> Iterator[Import]:
    """Every import; `from package import module` counts for the module."""

    def visit(node: ast.AST, late: bool, typing: bool) -> Iterator[Import]:
        if isinstance(node, Function):
            late = True
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            typing = True
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, late, typing)
        elif isinstance(node, ast.ImportFrom):
            source = "." * node.level + (node.module or "")
            for alias in node.names:
                inner = f"{source}.{alias.name}"
                yield Import(inner if inner in names else source, node.lineno, late, typing)
        for child in ast.iter_child_nodes(node):
            yield from visit(child, late, typing)

    yield from visit(module.tree, late=False, typing=False)
