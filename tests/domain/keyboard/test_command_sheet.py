"""What stands on the command sheet, before anything is drawn."""

from datetime import date

from pos_terminal.domain.keyboard.command_codes import decode
from pos_terminal.domain.keyboard.command_sheet import (
    QUANTITIES,
    Command,
    CommandSheet,
    KeyLabel,
    families,
    functions,
    labels,
    receipts,
)
from pos_terminal.domain.keyboard.key_table import ROWS
from pos_terminal.domain.keyboard.keys import parse_map
from pos_terminal.domain.receipt import Barcode, Text
from tests.support.bench import goods

DAY = date(2026, 1, 5)
CATALOG = goods("""plu,name,price,per,unit,barcode,family,from
1,TRADITION,"1,30",,,,Pains,
2,BAGUETTE,"1,00",,,3000100028864,Pains,
3,Éclair,"2,90",,,,Desserts,
4,COMTE,"24,90",,kg,,,
5,OEUFS,"20,00",5,,,,
6,DIVERS,,,,,,
7,brioche,"4,00",,,,Pains,
8,GALETTE,"15,00",,,,Desserts,2026-02-01
""")


def test_every_key_and_every_quantity_has_its_barcode() -> None:
    shown = {
        each.name: " ".join(map(str, decode(each.code))) for g in functions() for each in g.commands
    }
    assert {name: keys.replace(" ", "") for name, keys in shown.items()} == {
        **{row.name: row.name for row in ROWS},
        **{text: text.replace(" ", "") for text in QUANTITIES},
    }


def test_loose_goods_stand_by_family_and_name_with_the_days_price() -> None:
    found = {
        group.title: [(c.name, c.purpose) for c in group.commands]
        for group in families(CATALOG, DAY)
    }
    assert list(found.items()) == [
        ("Desserts", [("Éclair", "PLU 3 · 2,90 €"), ("GALETTE", "PLU 8")]),
        ("Pains", [("brioche", "PLU 7 · 4,00 €"), ("TRADITION", "PLU 1 · 1,30 €")]),
        (
            "",
            [
                ("COMTE", "PLU 4 · 24,90 €/kg"),
                ("DIVERS", "PLU 6"),
                ("OEUFS", "PLU 5 · 20,00 € les 5"),
            ],
        ),
    ]


def test_an_articles_barcode_is_its_direct_key() -> None:
    codes = [decode(each.code) for group in families(CATALOG, DAY) for each in group.commands]
    assert [str(key) for (key,) in codes] == [f"article {n}" for n in (3, 8, 7, 1, 4, 6, 5)]


def test_a_label_for_each_key_the_functions_first() -> None:
    keymap = parse_map(
        {
            "KEY_F2": "article 2",
            "KEY_A": "C",
            "KEY_LEFTCTRL+KEY_F1": "article 04",
            "KEY_F3": "article 99",
        }
    )
    assert labels(keymap, CATALOG, DAY) == (
        KeyLabel("A", "", "C", ""),
        KeyLabel("F2", "2", "BAGUETTE", "1,00 €"),
        KeyLabel("Ctrl+F1", "4", "COMTE", "24,90 €/kg"),
        KeyLabel("F3", "99", "", ""),
    )


def test_the_roll_has_a_paper_for_each_group() -> None:
    sheet = CommandSheet("Chez Léa", functions(), (), families(CATALOG, DAY))
    papers = receipts(sheet)
    groups = [*sheet.functions, *sheet.families]
    assert len(papers) == len(groups)
    for paper, group in zip(papers, groups, strict=True):
        assert [b.data for b in paper.blocks if isinstance(b, Barcode)] == codes(group.commands)
        texts = [block.text for block in paper.blocks if isinstance(block, Text)]
        assert texts[:2] == ["Chez Léa", group.title or "Autres articles"]
        assert {each.called for each in group.commands} <= set(texts)


def codes(commands: tuple[Command, ...]) -> list[str]:
    return [each.code for each in commands]
