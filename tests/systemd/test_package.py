"""The Debian package: built to the bit, and its life on Debian 12 and 13 as its page tells it."""

import asyncio
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pos_driver_sim.bench import SimBench
from pos_terminal.testing.running import run
from tests.support.box_shop import must_verify
from tests.systemd.container import PATIENCE, STATE, Container, outside, standing
from tests.systemd.package_parts import (
    CATALOG,
    TREES,
    built,
    listens,
    needs_container,
    settings,
    shows,
)
from tests.systemd.readme import ROOT, blocks

PAGE = ROOT / "docs" / "paquet.md"
TECHNICIAN = ROOT / "docs" / "technicien.md"
NEWER = "0.1.99"
KEYS = {"1": "KEY_KP1", "2": "KEY_KP2", "x": "KEY_KPASTERISK", "PLU": "KEY_KPENTER",
        "CASH": "KEY_F12", "TICKET": "KEY_PAGEDOWN"}  # fmt: skip


def field(package: Path, name: str) -> str:
    asked = ["dpkg-deb", "--field", str(package), name]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.slow
def test_the_same_commit_gives_the_same_bytes() -> None:
    """Built again, later and by somebody with another umask; lintian has no error."""
    first = built("bookworm").read_bytes()
    assert built("bookworm", umask=0o077).read_bytes() == first


@pytest.mark.slow
def test_a_package_for_another_processor_is_of_that_one_throughout(tmp_path: Path) -> None:
    package = built("trixie", "arm64")
    subprocess.run(["dpkg-deb", "--extract", package, tmp_path], check=True)
    modules = [each for each in tmp_path.rglob("*.so*") if each.is_file()]
    # ELF's e_machine: 183 is AArch64.
    machines = {each.name: int.from_bytes(each.read_bytes()[18:20], "little") for each in modules}
    assert len(machines) > 20 and set(machines.values()) == {183}, machines
    pythons = {found for each in machines for found in re.findall(r"cpython-\d+", each)}
    assert pythons == {"cpython-313"}
    asked = field(package, "Depends")
    assert "python3 (>= 3.13), python3 (<< 3.14)" in asked and "libc6 (>= 2." in asked


def newer(package: Path, folder: Path) -> Path:
    """The same as a later version, which says so of itself."""
    subprocess.run(["dpkg-deb", "--raw-extract", package, folder], check=True)
    (program,) = folder.glob("opt/pos-terminal/lib/*/site-packages/pos_terminal/__init__.py")
    for file in (folder / "DEBIAN" / "control", program):
        text = file.read_text()
        assert text.count("0.1.0") == 1, file
        file.write_text(text.replace("0.1.0", NEWER))
    target = folder.with_suffix(".deb")
    subprocess.run(["dpkg-deb", "-Zgzip", "-z1", "--build", folder, target], check=True)
    shutil.rmtree(folder)
    return target


@pytest.mark.slow
@pytest.mark.parametrize("release", ["bookworm", pytest.param("trixie", marks=pytest.mark.deep)])
def test_a_life_on_debian(tmp_path: Path, release: str) -> None:
    """Installed, sells, upgraded, taken back, removed, purged: the journal is there."""
    needs_container(release)
    package = built(release)
    for name in ("state", "shared/now", "shared/later", "bench"):
        (tmp_path / name).mkdir(parents=True)
    shutil.copy(package, tmp_path / "shared/now")
    later = newer(package, tmp_path / "newer")
    later.rename(tmp_path / "shared/later" / package.name.replace("0.1.0", NEWER))
    run(life(tmp_path, TREES / release))
    copy = outside(tmp_path / "state", tmp_path / "copy")
    must_verify(copy)
    assert list((copy / "keys").iterdir())


async def life(folder: Path, tree: Path) -> None:
    async with SimBench(folder / "bench") as bench:
        shared = folder / "shared"
        async with standing(tree, folder / "state", shared, bench) as container:
            await it_waits_for_its_settings(container)
            await it_starts(container, bench)
            await it_is_commissioned(container, bench)
            await it_is_upgraded_with_an_open_ticket_and_goes_back(container, bench)
            await it_is_removed_and_purged(container, bench)


def commands(section: str) -> str:
    return "".join(blocks(PAGE, f"## {section}", "sh"))


async def it_waits_for_its_settings(container: Container) -> None:
    said = await container.sh(commands("Installer"), "/srv/now")
    assert "la caisse attend ses réglages" in said
    shown = "systemctl show --value -p ActiveState -p ConditionResult -p NRestarts pos-terminal"
    assert (await container.sh(shown)).split() == ["0", "inactive", "no"]
    await container.sh("systemctl is-enabled pos-terminal pos-terminal-agent")
    # All of it may be done twice.
    await container.sh("dpkg-reconfigure pos-terminal && dpkg --audit")


async def it_starts(container: Container, bench: SimBench) -> None:
    for name, text in (("terminal.toml", settings(bench)), ("catalog.csv", CATALOG)):
        await container.sh(f"mkdir -p boutique\ncat >boutique/{name} <<'END'\n{text}END\n", "/srv")
    await container.sh(commands("Premier démarrage"), "/srv")
    await shows(bench, "BONJOUR")
    await listens(container)
    assert "*** SIMULATION ***" in await sold(bench, "1,30")
    await container.sh(f"test ! -e {STATE}/journal.db")
    await container.sh("systemctl is-active pos-terminal-agent")
    for unit in ("pos-terminal", "pos-terminal-agent"):
        await container.sh(f"systemd-analyze security --no-pager --threshold=20 {unit} >/dev/null")
    assert await container.sh(f"find {STATE} ! -user pos") == ""
    await container.sh("test -s /usr/share/doc/pos-terminal/README.md && pos-terminal --version")


async def it_is_commissioned(container: Container, bench: SimBench) -> None:
    """After it was reset, with what the page of the technician says; from here on it counts."""
    await container.sh("".join(blocks(TECHNICIAN, "## Essayer", "sh")))
    await container.sh("".join(blocks(TECHNICIAN, "## Mettre en service", "sh")))
    await listens(container)
    await press(bench, "2 x 1 PLU CASH TICKET")
    paper = await printed(bench)
    assert "2,60" in paper and "SIMULATION" not in paper, paper


async def it_is_upgraded_with_an_open_ticket_and_goes_back(
    container: Container, bench: SimBench
) -> None:
    await press(bench, "2 x 1 PLU")
    sold_so_far = "pos-terminal journal show --kind line.sold"
    await container.until(sold_so_far, lambda shown: shown.count("2 x TRADITION") == 2)
    await container.sh(commands("Mettre à jour"), "/srv/later")
    await runs(container, NEWER)
    await sold(bench, "3,90")
    await container.sh(commands("Revenir en arrière"), "/srv/now")
    await runs(container, "0.1.0")
    await sold(bench, "1,30")


async def it_is_removed_and_purged(container: Container, bench: SimBench) -> None:
    await container.sh(commands("Retirer").splitlines()[0])
    assert (await container.sh("systemctl is-active pos-terminal || true")) == "inactive"
    left = "find / -xdev -name '*pos-terminal*' -path '/[ou]*'"
    assert await container.sh(left) == ""
    said = await container.sh(commands("Retirer").splitlines()[1])
    assert f"restent, dans {STATE}" in said and "/etc/pos-terminal" in said
    await container.sh(f"test -s {STATE}/journal.db && dpkg --audit && systemctl --failed --quiet")


async def press(bench: SimBench, text: str) -> None:
    for word in text.split():
        await bench.keyboard.press(KEYS[word])


async def sold(bench: SimBench, total: str) -> str:
    """Sell one more piece, and read the ticket: a display's line ends with the first till."""
    await press(bench, "1 PLU CASH TICKET")
    paper = await printed(bench)
    assert total in paper, paper
    return paper


async def printed(bench: SimBench) -> str:
    async with asyncio.timeout(PATIENCE):
        return (await bench.printer.next_paper()).text


async def runs(container: Container, version: str) -> None:
    """Wait until that version has taken the journal up, by the journal itself."""
    asked = "pos-terminal journal show --kind till.started --json | tail -n 1"
    await container.until(asked, lambda shown: f'"version":"{version}"' in shown.replace(" ", ""))
    await listens(container)
