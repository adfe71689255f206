"""Holds the documents to the code, and keeps out of the tree what belongs to one machine."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from pos_terminal.__main__ import COMMANDS, main
from pos_terminal.devices.classes import DeviceClass
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain.events.vocabulary import KINDS
from tests.support.house import FLOOR, MODULES, ROOMS, ROOT
from tests.support.readme import readme_commands

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
POINTS = PROJECT["entry-points"]
PLUGINS: dict[str, str] = POINTS["pos_terminal.plugins"] | POINTS["pos_terminal.services"]


def tracked() -> list[Path]:
    """Every file of the project that git knows or would take in."""
    git = ["git", "-c", "safe.directory=*"]  # the clone may belong to someone else
    listing = [*git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


FILES = tracked()
PAGES = [path for path in FILES if path.suffix == ".md"]


def headings(page: Path) -> list[str]:
    return re.findall(r"^#+ +(.+?) *$", page.read_text(), re.M)


def anchor(heading: str) -> str:
    """The fragment that a heading gets: small letters, no punctuation, hyphens for blanks."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def links(text: str) -> Iterator[str]:
    """The targets of a page's links and pictures, outside code and comments."""
    prose = re.sub(r"```.*?```|<!--.*?-->|`[^`\n]*`", "", text, flags=re.S)
    yield from re.findall(r"\]\(([^)\s]+)\)", prose)


def test_links_lead_somewhere() -> None:
    broken = []
    for page in PAGES:
        for link in links(page.read_text()):
            if link.startswith(("https://", "mailto:")):
                continue
            name, _, fragment = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            known = target.suffix != ".md" or not fragment or not target.is_file()
            if not target.exists() or not (known or fragment in map(anchor, headings(target))):
                broken.append(f"{page.relative_to(ROOT)}: {link}")
    assert broken == []


def test_the_table_of_rooms_is_the_rule() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    section = page.partition("\n## Rooms\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|.*?\|([^|]*)\|$", section, re.M)
    assert {room: set(re.findall(r"`([\w.]+)`", allowed)) for room, allowed in rows} == ROOMS


def test_the_table_of_the_domains_rooms_is_the_folders() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    section = page.partition("\n## The domain's rooms\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (\d) \|$", section, re.M)
    rooms = [module for module in MODULES if module.path.endswith("__init__.py")]
    said = {
        module.name: (ast.get_docstring(module.tree) or "").partition("\n")[0]
        for module in rooms
        if module.name.startswith("pos_terminal.domain.")
    }
    assert {f"pos_terminal.domain.{room}": f"{what}." for room, what, _ in rows} == said
    assert {f"domain.{room}": int(floor) for room, _, floor in rows} == {
        room: floor for room, floor in FLOOR.items() if room.startswith("domain.")
    }


def glossary() -> list[tuple[str, str]]:
    """The English word and the code name of each row."""
    page = (ROOT / "docs" / "glossary.md").read_text()
    return re.findall(r"^\| [^|]+ \| ([^|]+) \| `([^`|]+)` \| [^|]+ \|$", page, re.M)


def defined() -> set[str]:
    """What a glossary may name: classes, their members, functions, constants; kinds of records."""
    found = set(KINDS)
    for module in MODULES:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                found.add(node.name)
            if isinstance(node, ast.ClassDef):
                members = [part for part in node.body if isinstance(part, ast.Assign)]
                found |= {f"{node.name}.{ast.unparse(each.targets[0])}" for each in members}
    return found


def test_a_glossary_names_what_there_is_and_each_thing_once() -> None:
    names = [name for _, name in glossary()]
    words = [word for word, _ in glossary()]
    assert len(names) > 50
    known = defined()
    lost = [n for n in names if not (n in known or (ROOT / "pos_terminal" / n).exists())]
    assert lost == []
    assert [n for n in names if names.count(n) > 1] == []
    assert [word for word in words if words.count(word) > 1] == []
    page = (ROOT / "docs" / "glossary.md").read_text()
    rows = re.findall(r"^\| (?!français)", page, re.M)
    assert len(names) == len(rows), "a row without its code name"


def hooks() -> list[str]:
    pages = [ROOT / "pos_terminal" / each for each in ("hookspecs.py", "agent/hookspecs.py")]
    return [
        node.name
        for page in pages
        for node in ast.walk(ast.parse(page.read_text()))
        if isinstance(node, ast.FunctionDef)
        and any("hookspec" in ast.unparse(decorator) for decorator in node.decorator_list)
    ]


@pytest.mark.parametrize("hook", hooks())
def test_a_hook_has_a_heading_a_plugin_and_a_test(hook: str) -> None:
    pages = [ROOT / "docs" / "architecture.md", ROOT / "docs" / "agent.md"]
    assert any(hook in headings(page) for page in pages), "no heading"
    bundled = [module for module in MODULES if module.room in {"drivers", "plugins", "services"}]
    assert any(f"def {hook}(" in module.text for module in bundled), "no plugin uses it"
    tests = (path for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__))
    assert any(hook in path.read_text() for path in tests), "no test names it"


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_bundled_plugin_is_there_and_has_a_page(plugin: str) -> None:
    assert PLUGINS[plugin] in {module.name for module in MODULES}
    folder = "drivers" if PLUGINS[plugin].startswith("pos_driver_") else "plugins"
    assert (ROOT / "docs" / folder / f"{plugin}.md").is_file()


def test_every_bundled_package_with_hooks_is_announced() -> None:
    hooked = {module.name for module in MODULES if "\n@hookimpl\n" in module.text}
    assert hooked <= set(PLUGINS.values())


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_drivers_page_names_its_settings(plugin: str) -> None:
    module = import_module(PLUGINS[plugin])
    if not hasattr(module, "pos_register_drivers"):
        return
    drivers = Drivers()
    module.pos_register_drivers(drivers=drivers)
    page = (ROOT / "docs" / "drivers" / f"{plugin}.md").read_text()
    names = {
        name
        for device_class in DeviceClass
        for driver in drivers.of(device_class)
        for name in [driver.name, *driver.settings.__annotations__]
    }
    assert sorted(name for name in names if name not in page) == []


def test_pages_named_in_the_code_exist() -> None:
    named = {
        (module.path, page)
        for module in MODULES
        for page in re.findall(r"docs/[\w/.-]+\.\w+", module.text)
    }
    assert sorted(f"{path}: {page}" for path, page in named if not (ROOT / page).exists()) == []


FRENCH = ("commercant.md", "conformity.md", "accounts.md", "panne.md", "recepteur.md")
"""Pages that are in French as a whole."""


def test_what_shopkeepers_read_begins_in_french() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    rows = [line for line in index.splitlines() if line.startswith("| [")]
    for row in rows:
        page, reader = re.findall(r"\]\(([^)#]+)\)", row)[0], row.split("|")[2]
        if "shopkeepers" in reader and page not in FRENCH:
            text = (ROOT / "docs" / page).read_text()
            assert "\n## Pour le" in text, f"{page} has nothing in French for shopkeepers"


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    listed = {(index.parent / link).resolve() for link in links(index.read_text())}
    pages = {page for page in PAGES if page.parent == index.parent and page != index}
    folders = {page.parent for page in PAGES if page.parent.parent == index.parent}
    assert {path for path in pages | folders if path not in listed} == set()


def is_command(word: str) -> bool:
    return re.fullmatch(r"[a-z][a-z-]*", word) is not None


@pytest.mark.parametrize("words", readme_commands(), ids=" ".join)
def test_a_command_of_the_readme_exists(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    name = [word for word in words if is_command(word)]
    options = re.findall(r"--\w+", " ".join(words))
    with pytest.raises(SystemExit, match=r"^0$"):
        main([*name, "--help"])
    text = capsys.readouterr().out
    assert [option for option in [*options, "--json"] if option not in text] == []


def test_the_readme_names_every_command() -> None:
    assert {words[0] for words in readme_commands()} == set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_python_in_a_page_is_python(page: Path) -> None:
    for code in re.findall(r"^```python\n(.*?)^```", page.read_text(), re.M | re.S):
        compile(code, str(page), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def test_make_targets_named_in_pages_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    named = {
        target
        for page in PAGES
        for target in re.findall(r"(?:^ {4}|`)make ([a-z]+)", page.read_text(), re.M)
    }
    assert named <= targets


# What only one machine knows, spelt so that this file does not hold it.
FOREIGN = re.compile(
    "|".join(
        (
            r"/wor" r"k/",
            r"/root" r"/",
            r"pypi\.or" r"g|pythonhosted\.or" r"g",
            r"deb\.debian\.or" r"g|snapshot\.debian\.or" r"g",
            r"npmjs\.or" r"g|npmjs\.co" r"m",
            r"--(extra-)?index-ur" r"l|--find-link" r"s|--trusted-hos" r"t",
        )
    )
)


def test_nothing_of_one_machine_is_in_the_tree() -> None:
    found = []
    for path in FILES:
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
            for number, line in enumerate(text.splitlines(), 1)
            if FOREIGN.search(line)
        ]
    assert found == []
