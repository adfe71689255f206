"""The catalogue in force: the file's when it is right, else the last good one."""

import logging
from datetime import date
from pathlib import Path

import pytest

from pos_terminal.domain import faults
from pos_terminal.journal.errors import JournalError
from pos_terminal.runtime.catalogue import IN_FORCE, Catalogue, Loaded
from pos_terminal.runtime.shop_catalogue import FOLDER, NAME

CHANGED = "plu,name,price\n1,PAIN,1.10\n2,CAFE,2\n"
GOOD = "plu,name,price\n1,PAIN,1\n2,CAFE,2\n"
BAD = GOOD + "3,THE,trois\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir()
    return tmp_path


def catalogue(shop: Path, text: str | None = None) -> Catalogue:
    if text is not None:
        (shop / "goods.csv").write_text(text)
    return Catalogue(shop / "goods.csv", shop / "state", ())


def test_a_good_file_is_in_force_and_kept(shop: Path) -> None:
    loaded = catalogue(shop, GOOD).load()
    assert loaded.problems == ()
    assert [item.name for item in loaded.catalog.items] == ["PAIN", "CAFE"]
    assert (shop / "state" / IN_FORCE).read_text() == loaded.catalog.sha256
    assert catalogue(shop, BAD).kept(loaded.catalog.sha256) == loaded.catalog


@pytest.mark.parametrize("bad", [BAD, "", "plu,name\n1,X\n", None])
def test_the_last_good_one_stays_in_force(
    shop: Path, bad: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    good = catalogue(shop, GOOD).load().catalog
    if bad is None:
        (shop / "goods.csv").unlink()
    loaded = catalogue(shop, bad).load()
    assert loaded.problems
    assert loaded.catalog == good
    assert str(shop / "goods.csv") in caplog.text
    assert (shop / "state" / IN_FORCE).read_text() == good.sha256


def test_where_none_was_ever_good_the_right_rows_are_sold(shop: Path) -> None:
    loaded = catalogue(shop, BAD).load()
    assert [(p.line, p.key) for p in loaded.problems] == [(4, "price")]
    assert [item.plu for item in loaded.catalog.items] == ["1", "2"]
    assert catalogue(shop).kept(loaded.catalog.sha256) == loaded.catalog
    assert not (shop / "state" / IN_FORCE).exists()


def test_without_any_file_the_till_runs_with_nothing_to_sell(shop: Path) -> None:
    loaded = catalogue(shop).load()
    assert loaded.catalog.items == ()
    assert loaded.problems[0].reason == "No such file or directory"


def test_a_kept_one_that_was_damaged_is_not_believed(
    shop: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    good = catalogue(shop, GOOD).load().catalog
    (shop / "state" / "catalogs" / good.sha256).write_text(GOOD.replace("1,PAIN,1", "1,PAIN,9"))
    with pytest.raises(JournalError) as caught:
        catalogue(shop).kept(good.sha256)
    assert caught.value.fault is faults.JOURNAL_DAMAGED
    loaded = catalogue(shop, BAD).load()
    assert [item.plu for item in loaded.catalog.items] == ["1", "2"]
    assert "no earlier catalogue" in caplog.text


def test_a_state_that_takes_nothing_is_the_journals_trouble(shop: Path) -> None:
    (shop / "state" / IN_FORCE).mkdir()
    with pytest.raises(JournalError):
        catalogue(shop, GOOD).load()


def test_the_same_file_again_writes_nothing(shop: Path) -> None:
    catalogue(shop, GOOD).load()
    before = (shop / "state" / IN_FORCE).stat().st_ino
    catalogue(shop, GOOD).load()
    assert (shop / "state" / IN_FORCE).stat().st_ino == before


def put(shop: Path) -> None:
    """The owner puts other prices in place of the technician's file."""
    catalogue(shop, GOOD).load()
    catalogue(shop).put(CHANGED.encode())


def costs(loaded: Loaded) -> list[int | None]:
    found = (item.listed(date(2026, 1, 5)) for item in loaded.catalog.items)
    return [each.cents if each else None for each in found]


def prices(shop: Path, text: str | None = None) -> list[int | None]:
    return costs(catalogue(shop, text).load())


def test_the_shops_own_holds_until_the_technicians_file_is_written_anew(shop: Path) -> None:
    put(shop)
    assert prices(shop) == prices(shop) == [110, 200], "also at the next start"
    assert prices(shop, GOOD.replace("CAFE,2", "CAFE,3")) == [100, 300]
    assert prices(shop, GOOD) == [110, 200], "the file that was displaced is back"


def test_a_spoilt_note_of_it_brings_no_earlier_prices_back(shop: Path) -> None:
    put(shop)
    assert prices(shop) == [110, 200]
    (shop / "state" / FOLDER / NAME).write_bytes(b"{")
    loaded = catalogue(shop).load()
    assert loaded.problems and costs(loaded) == [110, 200]
    catalogue(shop).put(CHANGED.replace("1.10", "1.20").encode())
    loaded = catalogue(shop).load()
    assert not loaded.problems and costs(loaded) == [120, 200]


def test_where_its_text_is_damaged_too_the_file_is_sold_from_and_it_is_said(shop: Path) -> None:
    put(shop)
    sha256 = catalogue(shop).load().catalog.sha256
    (shop / "state" / "catalogs" / sha256).write_text(CHANGED.replace("1.10", "9.10"))
    loaded = catalogue(shop).load()
    assert loaded.problems and costs(loaded) == [100, 200]
