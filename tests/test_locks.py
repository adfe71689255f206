"""The lock files hold what pyproject.toml asks for; `make lock` writes them anew."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT, GROUPS = PYPROJECT["project"], PYPROJECT["dependency-groups"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]

NOT_ON_A_BOX = {"all", "counter"}
"""What no till is installed with: the page is for a desk, and never leaves it."""

WANTED: dict[str, list[str]] = {
    "requirements.lock": [
        *PROJECT["dependencies"],
        *(wanted for name, extra in EXTRAS.items() if name not in NOT_ON_A_BOX for wanted in extra),
    ],
    "requirements-counter.lock": [*PROJECT["dependencies"], *EXTRAS["counter"]],
    "requirements-build.lock": [*PYPROJECT["build-system"]["requires"], *GROUPS["build"]],
    "requirements-dev.lock": GROUPS["dev"],
    "tests/emupos.lock": GROUPS["emupos"],
    "tests/witness.lock": GROUPS["witness"],
    "tests/brother.lock": GROUPS["brother"],
    "tests/schemathesis.lock": GROUPS["schemathesis"],
    "tests/fuzz.lock": GROUPS["fuzz"],
    "tests/telium.lock": GROUPS["telium"],
}


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", text, re.M))


def unmet(wanted: Iterable[str], pinned: dict[str, str]) -> list[str]:
    requirements = [Requirement(one) for one in wanted]
    return [
        str(requirement)
        for requirement in requirements
        if not requirement.specifier.contains(pinned.get(canonicalize_name(requirement.name), "0"))
    ]


@pytest.mark.parametrize("lock", WANTED)
def test_a_lock_pins_what_is_asked_for(lock: str) -> None:
    assert unmet(WANTED[lock], pins(lock)) == []


@pytest.mark.parametrize("lock", WANTED)
def test_every_pin_has_a_hash(lock: str) -> None:
    blocks = re.split(r"^(?=\S)", (ROOT / lock).read_text(), flags=re.M)
    pinned = [block for block in blocks if "==" in block.partition("\n")[0]]
    assert len(pinned) == len(pins(lock))
    assert [block for block in pinned if "--hash=sha256:" not in block] == []


def test_all_means_every_extra_of_a_box() -> None:
    (everything,) = map(Requirement, EXTRAS["all"])
    assert everything.extras == set(EXTRAS) - NOT_ON_A_BOX


def test_the_locks_agree() -> None:
    """They are installed into one environment, one after the other; others have their own."""
    together = [pins(lock) for lock in WANTED if not lock.startswith("tests/")]
    versions = {(name, version) for lock in together for name, version in lock.items()}
    names = [name for name, _ in versions]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_what_is_missing_is_seen() -> None:
    assert unmet(["apsw>=3.51.3"], {"apsw": "3.46"}) == ["apsw>=3.51.3"]
    assert unmet(["evdev>=1"], {}) == ["evdev>=1"]
