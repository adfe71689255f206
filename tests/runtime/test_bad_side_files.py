"""One bad file beside the journal: the last good one, or a refusal; never a traceback."""

import tomllib
from pathlib import Path

import pytest

from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.journal import signer_outage, state_directory
from pos_terminal.persons import clerks_file
from pos_terminal.persons.clerks_file import BadClerks
from pos_terminal.runtime.config import BadConfiguration, plugins_named
from pos_terminal.runtime.promotions import PromotionFile
from pos_terminal.storage import toml
from tests.support.shop import CATALOG

GOODS, _ = parse_catalog(CATALOG.encode())

DEEP = b"a = " + b"[" * 5000
BAD = [b"promotion = [1]", b"promotion = 1", DEEP, b'a = "\xff"', b"\x00"]


@pytest.mark.parametrize("source", BAD)
def test_promotions_of_before_stay_in_force(tmp_path: Path, source: bytes) -> None:
    file = tmp_path / "promotions.toml"
    good = b'[[promotion]]\nkind = "percent"\nname = "SOIR"\npercent = 10\narticles = ["1"]\n'
    file.write_bytes(good)
    state = tmp_path / "state"
    state.mkdir()
    offers = PromotionFile(file, state).load(GOODS)
    assert not offers.problem and len(offers.promotions) == 1
    file.write_bytes(source)
    again = PromotionFile(file, state).load(GOODS)
    assert again.problem
    assert again.promotions == offers.promotions


@pytest.mark.parametrize("source", [DEEP, b'a = "\xff"', b"clerk = [1]", b"clerk = 1"])
def test_clerks_are_refused_with_the_file(tmp_path: Path, source: bytes) -> None:
    (tmp_path / clerks_file.NAME).write_bytes(source)
    with pytest.raises(BadClerks):
        clerks_file.read(tmp_path)


@pytest.mark.parametrize("cost", ["3:8:1", "0:8:1", "-2:-8:1", "16384:0:1", "2:8:9"])
def test_a_cost_that_scrypt_does_not_take_is_refused_when_it_is_read(
    tmp_path: Path, cost: str
) -> None:
    """And not when somebody signs on."""
    pin = f"scrypt:{cost}:{'00' * 16}:{'00' * 32}"
    (tmp_path / clerks_file.NAME).write_text(f'[[clerk]]\nnumber = 1\npin = "{pin}"\nrights = []\n')
    with pytest.raises(BadClerks):
        clerks_file.read(tmp_path)


@pytest.mark.parametrize("source", [DEEP, b'a = "\xff"'])
def test_settings_are_refused_with_file_and_line(tmp_path: Path, source: bytes) -> None:
    with pytest.raises(BadConfiguration) as refused:
        plugins_named(tmp_path / "terminal.toml", source)
    assert refused.value.problems


@pytest.mark.parametrize("spoilt", [b"\xff", b"{}", b"[" * 100_000])
def test_a_signer_s_outage_that_cannot_be_read_is_said_and_stops_nobody(
    tmp_path: Path, spoilt: bytes
) -> None:
    (tmp_path / signer_outage.NAME).write_bytes(spoilt)
    noted = signer_outage.noted(tmp_path)
    assert noted and "illisible" in noted.detail


def test_a_word_that_is_no_text_confirms_nothing(tmp_path: Path) -> None:
    (tmp_path / state_directory.CONFIRMED).write_bytes(b"\xff")
    assert not state_directory.is_confirmed(tmp_path, "0.1.0")


def test_unprotected_brackets_are_no_syntax_error() -> None:


    with pytest.raises(RecursionError):
        tomllib.loads(DEEP.decode())
    with pytest.raises(ValueError, match="nested"):
        toml.tables(DEEP.decode())
