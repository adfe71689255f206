"""The promotions' file: kept by its hash, read anew as it changes, not believed when wrong."""

import logging
from pathlib import Path

import pytest

from pos_terminal.domain.events.adjustment import PromotionsApplied
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.system import PromotionsChanged, TillStarted
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.journal.errors import JournalError
from pos_terminal.runtime.promotions import IN_FORCE, Offers, PromotionFile
from pos_terminal.testing.running import run
from tests.support.journaled import records
from tests.support.shop import CATALOG, PROMOTIONS, open_shop

GOODS, _ = parse_catalog(CATALOG.encode())
GOOD = PROMOTIONS
OTHER = PROMOTIONS.replace("9,50", "9,00")
BAD = PROMOTIONS.replace('"menu"', '"meal"')


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir()
    return tmp_path


def loaded(shop: Path, text: str | None = None) -> Offers:
    file = shop / "promotions.toml"
    if text is not None:
        file.write_text(text)
    return PromotionFile(file, shop / "state").load(GOODS)


def test_a_shop_without_promotions_has_none(shop: Path) -> None:
    assert PromotionFile(None, shop / "state").load(GOODS) == Offers()


def test_a_good_file_is_kept_by_its_hash(shop: Path) -> None:
    offers = loaded(shop, GOOD)
    assert [each.name for each in offers.promotions] == ["FORMULE MIDI", "4E OFFERT"]
    assert (shop / "state" / "catalogs" / offers.source).read_text() == GOOD
    assert (shop / "state" / IN_FORCE).read_text() == offers.source


@pytest.mark.parametrize("text", [BAD, "[[promotion", "\udcff", None], ids=str)
def test_the_last_good_ones_stand_in_for_a_bad_file(shop: Path, text: str | None) -> None:
    good = loaded(shop, GOOD)
    if text is None:
        (shop / "promotions.toml").unlink()
    else:
        (shop / "promotions.toml").write_bytes(text.encode(errors="surrogateescape"))
    offers = loaded(shop)
    assert (offers.promotions, offers.source) == (good.promotions, good.source)
    assert offers.problem


def test_a_promotion_of_what_the_shop_lacks_is_refused(shop: Path) -> None:
    good = loaded(shop, GOOD)
    offers = loaded(shop, GOOD.replace('"sandwich"', '"sandwichs"'))
    assert offers.problem == "FORMULE MIDI: ni famille ni PLU «sandwichs» ; est-ce «sandwich» ?"
    assert offers.promotions == good.promotions


def test_where_none_was_ever_good_there_are_none(shop: Path) -> None:
    offers = loaded(shop, BAD)
    assert (offers.promotions, offers.source) == ((), "")
    assert "promotion 1" in offers.problem


def test_kept_ones_that_were_changed_are_not_believed(
    shop: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    good = loaded(shop, GOOD)
    (shop / "state" / "catalogs" / good.source).write_text(OTHER)
    assert loaded(shop, BAD).promotions == ()
    assert "no earlier promotions" in caplog.text


def test_a_state_that_takes_nothing_is_the_journals_trouble(shop: Path) -> None:
    (shop / "state" / IN_FORCE).mkdir()
    with pytest.raises(JournalError):
        loaded(shop, GOOD)


def replaced(file: Path, text: str) -> None:
    """As an editor does: a new file under the old name."""
    new = file.with_suffix(".new")
    new.write_text(text)
    new.replace(file)


def test_other_promotions_hold_from_the_next_sale_on_without_a_restart(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_shop(tmp_path) as shop:
            file = tmp_path / "promotions.toml"
            await shop.type("20 PLU")
            await shop.shows("JAMBON")
            replaced(file, OTHER)
            await shop.type("21 PLU 22 PLU ST")
            await shop.shows("PROMO", "9,50")
            await shop.type("CASH")
            await shop.shows("TOTAL", "9,50")
            (changed,) = await shop.journaled(PromotionsChanged)
            assert changed.promotions
            await shop.type("20 PLU 21 PLU 22 PLU CASH")
            await shop.shows("TOTAL", "9,00")
            replaced(file, BAD)
            await shop.shows("PROMOTIONS FAUSSES", "S-267")
            await shop.type("C 20 PLU 21 PLU 22 PLU CASH")
            await shop.journaled(SaleClosed, 3)
        async with open_shop(tmp_path, promotions=BAD) as shop:
            await shop.shows("PROMOTIONS FAUSSES", "S-267")
            await shop.type("C 20 PLU 21 PLU 22 PLU CASH")
            await shop.journaled(SaleClosed, 4)

    run(scenario())
    found = [record.event for record in records(tmp_path / "state")]
    assert [e.total for e in found if isinstance(e, SaleClosed)] == [950, 900, 900, 900]
    starts = [e.promotions for e in found if isinstance(e, TillStarted)]
    (changed,) = [e.promotions for e in found if isinstance(e, PromotionsChanged)]
    assert starts[0] != changed == starts[1]
    kept = tmp_path / "state" / "catalogs"
    assert ((kept / starts[0]).read_text(), (kept / changed).read_text()) == (GOOD, OTHER)
    assert len([e for e in found if isinstance(e, PromotionsApplied)]) == 4


def test_a_bad_key_map_of_the_shops_own_leaves_the_last_good_one(tmp_path: Path) -> None:
    numeric = Path(__file__).parents[2] / "pos_terminal" / "keymaps" / "numeric.toml"
    own = tmp_path / "own.toml"
    own.write_bytes(numeric.read_bytes())

    async def scenario() -> None:
        async with open_shop(tmp_path, keymap="own.toml") as shop:
            await shop.type("1 PLU CASH")
            await shop.journaled(SaleClosed)
        own.write_text('[keys]\nKEY_A = "NOTHING"\n')
        async with open_shop(tmp_path, keymap="own.toml") as shop:
            await shop.shows("PLAN TOUCHES FAUX", "S-268")
            await shop.type("C 1 PLU CASH")
            await shop.journaled(SaleClosed, 2)
        own.unlink()
        async with open_shop(tmp_path, keymap="own.toml") as shop:
            await shop.shows("S-268")
            await shop.type("C 1 PLU CASH")
            await shop.journaled(SaleClosed, 3)

    run(scenario())
    assert (tmp_path / "state" / "keymap.good.toml").read_bytes() == numeric.read_bytes()
