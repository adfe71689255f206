"""Every kind of mistake in a configuration, by file, line, key and reason; the last good one."""

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from pos_terminal.devices.classes import DeviceClass
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain.codes.barcode import Measure, Pattern
from pos_terminal.domain.keyboard.keys import Function
from pos_terminal.domain.sale.refunds import Validity
from pos_terminal.runtime.boot import LAST_GOOD, boot
from pos_terminal.runtime.config import (
    BadConfiguration,
    load,
    plugins_named,
    read,
    services_named,
)
from pos_terminal.runtime.settings import DeviceSettings, PrinterDrawerSettings, Settings
from pos_terminal.runtime.toml_faults import line_of


class Line(Struct, frozen=True, kw_only=True):
    port: str
    baudrate: int = 9600

    def __post_init__(self) -> None:
        if self.baudrate <= 0:
            raise ValueError("a baudrate is positive")


class ScaleSettings(Struct, frozen=True, kw_only=True):
    line: Line | None = None
    digits: int = 2


def open_nothing(_: Any) -> Any:
    raise AssertionError("no device is opened by reading a configuration")


DRIVERS = Drivers()
DRIVERS.scales.add("toy", open_nothing, ScaleSettings)
DRIVERS.printers.add("toy", open_nothing, Line)
DRIVERS.displays.add("toy", open_nothing, Line)
DRIVERS.payment_terminals.add("toy", open_nothing, Line)

GOOD = """[shop]
name = "Boulangerie"
footer = ["Merci"]

[terminal]
number = "2"
operator = 7
catalog = "goods.csv"
default_vat = 5.5

[[labels]]
template = "21IIIIIVVVVVC"
measure = "price"
decimals = 2
[[labels]]
template = "22IIIIIVVVVVC"
measure = "weight"
decimals = 3

[devices.scale]
class = "scale"
driver = "toy"
line = {port = "/dev/ttyS0"}

[devices.printer]
class = "printer"
driver = "toy"
port = "/dev/usb/lp0"

[devices.drawer]
class = "drawer"
driver = "printer"
pin = 5
"""


def settings(text: str, folder: Path = Path("/shop")) -> Settings:
    return read(folder / "terminal.toml", text.encode(), DRIVERS)


def problems(text: str, folder: Path = Path("/shop")) -> list[tuple[int, str, str]]:
    with pytest.raises(BadConfiguration) as caught:
        settings(text, folder)
    assert caught.value.file == folder / "terminal.toml"
    for problem in caught.value.problems:
        assert f"{folder / 'terminal.toml'} : {problem}" in str(caught.value)
    return [(p.line, p.key, p.reason) for p in caught.value.problems]


def test_a_whole_configuration() -> None:
    found = settings(GOOD)
    assert (found.identity.shop.name, found.identity.shop.footer) == ("Boulangerie", ("Merci",))
    assert (found.identity.store, found.identity.terminal, found.operator) == ("1", "2", 7)
    assert (found.rules.default_vat, found.catalog) == (550, Path("/shop/goods.csv"))
    assert (found.zone.key, found.language) == ("Europe/Paris", "fr")
    assert found.source == sha256(GOOD.encode()).hexdigest()
    assert found.patterns == (
        Pattern("21IIIIIVVVVVC", Measure.PRICE, 2),
        Pattern("22IIIIIVVVVVC", Measure.WEIGHT, 3),
    )
    assert found.devices == (
        DeviceSettings(
            "scale", DeviceClass.SCALE, "toy", ScaleSettings(line=Line(port="/dev/ttyS0"))
        ),
        DeviceSettings("printer", DeviceClass.PRINTER, "toy", Line(port="/dev/usb/lp0")),
        DeviceSettings("drawer", DeviceClass.DRAWER, "printer", PrinterDrawerSettings(pin=5)),
    )
    assert Function.CLEAR in {key.function for key in found.keymap.values()}


CLASSES = (
    "il faut l'un de : scanner, keypad, scale, printer, drawer, display, tone, payment-terminal"
)


@pytest.mark.parametrize(
    ("good", "bad", "line", "key", "reason"),
    [
        ("name =", "nom =", 2, "shop.nom", "cette clé n'existe pas"),
        ('name = "Boulangerie"', "name = 5", 2, "shop.name", "il faut str, et non int"),
        ('["Merci"]', "[1]", 3, "shop.footer", "il faut str, et non int"),
        ("operator = 7", 'operator = "7"', 7, "terminal.operator", "il faut int, et non str"),
        ("operator = 7", "operator = true", 7, "terminal.operator", "il faut int, et non bool"),
        ('number = "2"', "number = 2", 6, "terminal.number", "il faut str, et non int"),
        ('number = "2"', 'number = "2/3"',
         6, "terminal.number", "'2/3' : des lettres et des chiffres, 12 au plus"),
        ('number = "2"', 'number = ""', 6, "terminal.number",
         "'' : des lettres et des chiffres, 12 au plus"),
        ('number = "2"', 'store = "é"', 6, "terminal.store",
         "'é' : des lettres et des chiffres, 12 au plus"),
        ("default_vat = 5.5", "default_vat = 101",
         9, "terminal.default_vat", "'101.0' n'est pas un taux entre 0 et 100 %"),
        ("default_vat = 5.5", "default_vat = 55",
         9, "terminal.default_vat", "'55.0' n'est pas un taux de TVA français : "
         "0, 0.9, 1.05, 1.75, 2.1, 5.5, 8.5, 10, 13, 20"),
        ('name = "Boulangerie"', 'name = " "', 2, "shop.name",
         "le ticket doit dire de quel magasin il est"),
        ('["Merci"]', '["Merci\\u001bp"]', 3, "shop.footer", "un caractère ne s'imprime pas"),
        ('"22IIIIIVVVVVC"', '"21IIIIIVVVVVC"', 15, "labels.2",
         "labels.1 lit déjà toutes ses étiquettes, autrement"),
        ('"21IIIIIVVVVVC"', '"2xIIIIIVVVVVC"', 15, "labels.2",
         "labels.1 lit déjà toutes ses étiquettes, autrement"),
        ("default_vat = 5.5", "default_vat = nan", 9, "terminal.default_vat",
         "'nan' n'est pas un nombre"),
        ("default_vat = 5.5", 'zone = "Paris"',
         9, "terminal.zone", "'Paris' n'est pas un fuseau horaire, comme Europe/Paris"),
        ("default_vat = 5.5", 'language = "de"',
         9, "terminal.language", "'de' ne convient pas"),
        ("default_vat = 5.5", 'zone = "../etc"',
         9, "terminal.zone", "'../etc' n'est pas un fuseau horaire, comme Europe/Paris"),
        ('catalog = "goods.csv"\n', "\n", 5, "terminal", "il manque catalog"),
        ("[terminal]", "[till]", 5, "till", "cette clé n'existe pas"),
        ('"21IIIIIVVVVVC"', '"21IIIIICVVVVV"',
         11, "labels.1", "'21IIIIICVVVVV' : C vient en dernier, K une fois au plus"),
        ("decimals = 3", "decimals = 4",
         15, "labels.2", "'22IIIIIVVVVVC' : weight a de 0 à 3 décimales"),
        ("decimals = 3\n", "\n", 15, "labels.2", "il manque decimals"),
        ("decimals = 3", "decimal = 3", 18, "labels.2.decimal", "cette clé n'existe pas"),
        ('measure = "weight"', 'measure = "kg"', 17, "labels.2.measure", "'kg' : price ou weight"),
        ('class = "scale"', 'class = "balance"', 21, "devices.scale.class", CLASSES),
        ('class = "scale"', 'class = ["scale"]', 21, "devices.scale.class", CLASSES),
        ('class = "scale"\n', "\n", 20, "devices.scale.class", CLASSES),
        ('driver = "toy"\nline', 'driver = "toledo"\nline',
         22, "devices.scale.driver",
         "aucun module en service n'a de pilote 'toledo' de scale (il y a : toy)"),
        ('driver = "printer"', 'driver = "toy"',
         32, "devices.drawer.driver",
         "aucun module en service n'a de pilote 'toy' de drawer (il y a : aucun)"),
        ('driver = "printer"', "driver = [1]",
         32, "devices.drawer.driver",
         "aucun module en service n'a de pilote [1] de drawer (il y a : aucun)"),
        ('{port = "/dev/ttyS0"}', "5",
         23, "devices.scale.line", "il faut object | null, et non int"),
        ('{port = "/dev/ttyS0"}', "{}",
         23, "devices.scale.line", "il manque port"),
        ('{port = "/dev/ttyS0"}', '{port = "x", baud = 5}',
         23, "devices.scale.line.baud", "cette clé n'existe pas"),
        ('{port = "/dev/ttyS0"}', '{port = "x", baudrate = 0}',
         23, "devices.scale.line", "a baudrate is positive"),
        ('port = "/dev/usb/lp0"', "prot = 1", 28, "devices.printer.prot", "cette clé n'existe pas"),
        ("pin = 5", "pin = 3", 30, "devices.drawer", "pin 3 : un tiroir tient à la broche 2 ou 5"),
        ("pin = 5", 'printer = "scale"',
         33, "devices.drawer.printer", "'scale' n'est pas une imprimante d'ici"),
        ("pin = 5", 'printer = "no"', 33, "devices.drawer.printer",
         "'no' n'est pas une imprimante d'ici"),
    ],
)  # fmt: skip
def test_each_mistake_by_line_key_and_reason(
    good: str, bad: str, line: int, key: str, reason: str
) -> None:
    assert good in GOOD
    assert problems(GOOD.replace(good, bad, 1))[0] == (line, key, reason)


@pytest.mark.parametrize(
    ("drawers", "key", "reason"),
    [
        ('[[drawers]]\ndevice = "scale"\n', "drawers.1.device",
         "'scale' n'est pas un tiroir d'ici"),
        ('[[drawers]]\nclerks = [1]\n[[drawers]]\nclerks = [1]\n', "drawers",
         "le vendeur 1 a deux tiroirs"),
        ('[[drawers]]\ndevice = "drawer"\n[[drawers]]\ndevice = "drawer"\n', "drawers.1.device",
         "'drawer' ouvre deux tiroirs"),
        ('[[drawers]]\npin = 2\n', "drawers.1.pin", "cette clé n'existe pas"),
        ("[closing]\nservices = [\"\"]\n", "closing", "'' : de 1 à 20 caractères imprimables"),
        ('[closing]\nservices = ["A", "A"]\n', "closing", "deux services ont un même nom"),
    ],
)  # fmt: skip
def test_mistakes_about_drawers_and_services(drawers: str, key: str, reason: str) -> None:
    found = problems(GOOD + drawers)
    assert (found[0][1], found[0][2]) == (key, reason)


@pytest.mark.parametrize(
    ("refunds", "key", "reason"),
    [
        ("cash_limit = -1\n", "refunds", "cash_limit -1 : 0 euro ou plus"),
        ('reasons = [""]\n', "refunds", "'' : de 1 à 20 caractères imprimables"),
        ("limit = 1\n", "refunds.limit", "cette clé n'existe pas"),
        ("validity = [{since = 2026-01-01, gift_months = -1, credit_note_months = 0}]\n",
         "refunds.validity", "un bon tient 0 mois (toujours) ou plus"),
        ("validity = [{since = 2026-01-01, gift_months = 1, credit_note_months = 0}, "
         "{since = 2026-01-01, gift_months = 2, credit_note_months = 0}]\n", "refunds",
         "deux valeurs de la même date"),
        ('means = [{paid = "TR", back = ["CHEQUE"]}]\n', "refunds.means",
         "TR revient par CASH, CARD, AVOIR ou TR"),
    ],
)  # fmt: skip
def test_mistakes_about_refunds(refunds: str, key: str, reason: str) -> None:
    found = problems(f"{GOOD}[refunds]\n{refunds}")
    assert (found[0][1], found[0][2]) == (key, reason)


def test_refunds_and_how_long_vouchers_hold() -> None:
    rows = (
        "{since = 2024-01-01, gift_months = 12, credit_note_months = 0}",
        "{since = 2026-09-01, gift_months = 24, credit_note_months = 6}",
    )
    text = f'{GOOD}[refunds]\nreasons = ["DEFAUT"]\nvalidity = [{", ".join(rows)}]\n'
    found = settings(text).rules.refunds
    assert (found.reasons, found.cash_limit) == (("DEFAUT",), 200)
    assert found.valid(date(2026, 8, 31)) == Validity(date(2024, 1, 1), 12, 0)
    assert found.valid(date(2026, 9, 1)) == Validity(date(2026, 9, 1), 24, 6)


@pytest.mark.parametrize(
    ("table", "key", "reason"),
    [
        ('[papers]\nnote = "never"\n', "papers.note", "'never' : print, offer ou asked"),
        ('[seller]\nsiret = "123"\n', "seller", "siret '123' : 14 chiffres"),
        ("[tenders]\ndonation_most = 0\n", "tenders", "donation_most 0 : 1 euro au moins"),
    ],
)
def test_mistakes_about_papers_and_gifts(table: str, key: str, reason: str) -> None:
    found = problems(GOOD + table)
    assert (found[0][1], found[0][2]) == (key, reason)


def test_what_papers_say_of_the_seller() -> None:
    text = f'{GOOD}[papers]\nnote = "offer"\n[seller]\nform = "SARL"\nterms = ["Net"]\n'
    found = settings(text + "[closing]\nyear_begins = 7\n")
    seller = found.identity.seller
    assert (found.rules.papers.note, seller.form, seller.terms) == ("offer", "SARL", ("Net",))
    shop = settings(GOOD).identity.shop
    assert (found.identity.shop.name, found.rules.closing.year_begins) == (shop.name, 7)


def test_drawers_by_clerk() -> None:
    text = GOOD + '[[drawers]]\ndevice = "drawer"\nclerks = [1, 2]\n[[drawers]]\nclerks = [3]\n'
    found = settings(text).drawers
    assert [(each.device, each.clerks) for each in found] == [("drawer", (1, 2)), ("", (3,))]


def test_all_mistakes_at_once() -> None:
    text = GOOD.replace("default_vat", "vat").replace("operator", "clerk").replace("footer", "foot")
    assert [(line, key) for line, key, _ in problems(text)] == [
        (3, "shop.foot"),
        (7, "terminal.clerk"),
        (9, "terminal.vat"),
    ]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (b"[shop\n", 1),
        (b"a = 1\nb = \n", 2),
        (b"a = 1\na = 2\n", 2),
        (b"a = 1\n\xff", 2),
        (b"a = 1\n[x\n\n", 2),
    ],
)
def test_what_is_no_toml(source: bytes, line: int) -> None:
    with pytest.raises(BadConfiguration) as caught:
        read(Path("x.toml"), source, DRIVERS)
    (problem,) = caught.value.problems
    assert problem.line == line
    assert problem.reason.startswith("ce n'est pas du TOML")


@pytest.mark.parametrize(
    "text",
    ["", "terminal = 3", "[[terminal]]", "[terminal]\nplugins = 5", '[terminal]\nplugins = "evdev"',
     "[terminal]\nplugins = [1, [2]]", "devices = 3", "[devices]\nscale = 3", "labels = [1]"],
)  # fmt: skip
def test_wrong_shapes_are_refused_and_name_no_plugins(text: str) -> None:
    assert plugins_named(Path("x.toml"), text.encode()) == ()
    assert problems(text)


def test_plugins_named() -> None:
    text = '[terminal]\nplugins = ["evdev", "escpos"]'
    assert plugins_named(Path("x.toml"), text.encode()) == ("evdev", "escpos")


def test_services_and_their_tables() -> None:
    text = GOOD + '\n[agent]\nservices = ["health"]\n\n[service.health]\nhottest = 70\n'
    read_ = settings(text)
    assert (read_.services, read_.service_tables) == (("health",), {"health": {"hottest": 70}})
    assert services_named(Path("terminal.toml"), text.encode()) == ("health",)
    (problem,) = problems(text.replace('["health"]', '["helth"]'))
    reason = "'health' n'est pas dans services de [agent] : personne ne lit ceci"
    assert problem[1:] == ("service.health", reason)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="introuvable"):
        load(tmp_path / "none.toml")


# Key maps


@pytest.mark.parametrize(
    ("keymap", "reason"),
    [
        ("", "il faut object, et non null"),
        ("keys = 3", "il faut object, et non int"),
        ("[keys]\nKEY_A = 7", "il faut str, et non int"),
        ("[keys]\nKEY_A = 'no'", "KEY_A: 'no' n'est pas une touche de la caisse"),
        ("[keys]\nKEY_A = '7'", "aucune touche n'est C"),
        ("[keys", "Expected ']'"),
        ("[keys]\nkey_a = 'C'", "'key_a' n'est pas un nom de touche"),
        ("[keys]\nKEY_A = 'C'\n[touches]\nKEY_B = '7'", "touches : seule une table [keys]"),
    ],
)
def test_a_bad_key_map(keymap: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "keys.toml").write_text(keymap)
    text = GOOD.replace("operator = 7", 'keymap = "keys.toml"')
    (problem,) = problems(text, tmp_path)
    assert problem[:2] == (7, "terminal.keymap")
    assert str(tmp_path / "keys.toml") in problem[2] and reason in problem[2]


def test_a_key_map_of_the_shops(tmp_path: Path) -> None:
    (tmp_path / "keys.toml").write_text("[keys]\nKEY_A = 'C'\nKEY_B = 'article 28'")
    found = settings(GOOD.replace("operator = 7", 'keymap = "keys.toml"'), tmp_path)
    assert found.keymap["KEY_B"].argument == "28"


def test_a_key_map_that_is_not_there(tmp_path: Path) -> None:
    for name in ("none.toml", "azerty"):
        (problem,) = problems(GOOD.replace("operator = 7", f'keymap = "{name}"'), tmp_path)
        assert "No such file" in problem[2]


# Lines


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("shop", 1), ("shop.name", 2), ("terminal.operator", 7), ("terminal.none", 5),
        ("labels", 11), ("labels.1", 11), ("labels.2", 15), ("labels.2.measure", 17),
        ("labels.1.decimals", 14), ("devices.scale.line.port", 23), ("nothing", 1),
    ],
)  # fmt: skip
def test_the_line_of_a_key(path: str, line: int) -> None:
    assert line_of(GOOD, path) == line


def test_the_line_of_quoted_and_dotted_keys() -> None:
    text = 'shop.name = "x"\n[devices."ma balance"]\n"class" = 1\nline.port = 2\n'
    assert line_of(text, "shop.name") == 1
    assert line_of(text, "devices.ma balance.class") == 3
    assert line_of(text, "devices.ma balance.line.port") == 4


# The last good one


PLAIN = "\n".join(GOOD.split("\n")[:18]) + "\n"


def write(folder: Path, text: str) -> Path:
    file = folder / "terminal.toml"
    file.write_text(text)
    return file


def test_the_last_good_configuration_stays_in_force(tmp_path: Path) -> None:
    state = tmp_path / "state"
    booted = boot(write(tmp_path, PLAIN), state)
    assert (booted.refused, booted.settings.operator) == (None, 7)
    assert (state / LAST_GOOD).read_text() == PLAIN
    booted = boot(write(tmp_path, PLAIN.replace("operator = 7", "operator = 'x'")), state)
    assert booted.refused
    assert booted.refused.problems[0].key == "terminal.operator"
    assert booted.settings.operator == 7
    (tmp_path / "terminal.toml").unlink()
    assert boot(tmp_path / "terminal.toml", state).settings.operator == 7
    booted = boot(write(tmp_path, PLAIN.replace("operator = 7", "operator = 8")), state)
    assert (booted.refused, booted.settings.operator) == (None, 8)
    assert "operator = 8" in (state / LAST_GOOD).read_text()


@pytest.mark.parametrize("earlier", [None, "[shop", PLAIN.replace("7", "'x'")])
def test_without_a_good_one_the_new_ones_faults_are_told(
    earlier: str | None, tmp_path: Path
) -> None:
    if earlier is not None:
        (tmp_path / LAST_GOOD).write_text(earlier)
    with pytest.raises(BadConfiguration, match=r"terminal\.vat : cette clé n'existe pas"):
        boot(write(tmp_path, PLAIN.replace("default_vat", "vat")), tmp_path)


def test_a_state_that_cannot_be_written_does_not_stop_the_boot(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    booted = boot(write(tmp_path, PLAIN), tmp_path / "state")
    assert (booted.refused, booted.settings.operator) == (None, 7)


SECOND = """
[devices.second]
class = "{}"
driver = "toy"
{}
"""
SCALE = 'line = {port = "/dev/ttyS1"}'


ROLES = "l'un de 'receipt', 'report', 'kitchen', 'label', 'invoice'"


@pytest.mark.parametrize(
    ("device_class", "rest", "key", "reason"),
    [
        ("printer", 'port = "/dev/x"', "devices.second.role",
         f"'printer' a déjà le rôle 'receipt' : {ROLES}"),
        ("printer", 'port = "/dev/x"\nrole = "receipt"', "devices.second.role",
         f"'printer' a déjà le rôle 'receipt' : {ROLES}"),
        ("printer", 'port = "/dev/x"\nrole = "cellar"', "devices.second.role",
         f"'cellar' n'est pas un rôle : {ROLES}"),
        ("scale", SCALE, "devices.second", "'scale' pèse déjà, et une caisse a une balance"),
        ("scale", f'{SCALE}\nrole = "receipt"', "devices.second.role",
         "role ne va pas avec scale : l'enlever"),
    ],
)  # fmt: skip
def test_a_device_that_would_never_be_used_is_refused(
    device_class: str, rest: str, key: str, reason: str
) -> None:
    text = GOOD + SECOND.format(device_class, rest)
    assert (key, reason) in [(key, reason) for _, key, reason in problems(text)]


def test_a_drawer_that_nothing_would_open_is_refused() -> None:
    second = '\n[devices.second]\nclass = "drawer"\ndriver = "printer"\npin = 2\n'
    unopened = ("devices.second", "rien ne l'ouvrirait : nommer chaque tiroir dans [[drawers]]")
    assert [(key, reason) for _, key, reason in problems(GOOD + second)] == [unopened]
    listed = '\n[[drawers]]\ndevice = "drawer"\n'
    assert [(key, reason) for _, key, reason in problems(GOOD + second + listed)] == [unopened]
    same = f'{second.replace("pin = 2", "pin = 5")}{listed}\n[[drawers]]\ndevice = "second"\n'
    taken = ("devices.second", "la broche 5 de printer est déjà à 'drawer'")
    assert [(key, reason) for _, key, reason in problems(GOOD + same)] == [taken]
    both = listed + '\n[[drawers]]\ndevice = "second"\n'
    assert len(settings(GOOD + second + both).drawers) == 2


def test_a_till_needs_a_printer_for_receipts_first() -> None:
    alone = GOOD.replace('port = "/dev/usb/lp0"', 'port = "/dev/usb/lp0"\nrole = "report"')
    assert [(key, reason) for _, key, reason in problems(alone)] == [
        ("devices.printer.role", "il faut d'abord une imprimante du rôle 'receipt'")
    ]


DISPLAYS = """
[devices.shown]
class = "display"
driver = "toy"
port = "/dev/x"
role = "{}"
"""


def test_a_display_that_customers_alone_read_needs_another_for_the_clerk() -> None:
    own = DISPLAYS.format("clerk").replace("shown", "own").replace("/dev/x", "/dev/y")
    two = DISPLAYS.format("customer") + own
    assert [each.role for each in settings(GOOD + two).devices][-2:] == ["customer", "clerk"]
    kitchen, alone = (DISPLAYS.format(role) for role in ("kitchen", "customer"))
    assert [(key, reason) for _, key, reason in problems(GOOD + kitchen)] == [
        ("devices.shown.role", "'kitchen' n'est pas un rôle : l'un de 'customer', 'clerk'")
    ]
    assert [(key, reason) for _, key, reason in problems(GOOD + alone)] == [
        ("devices.shown.role",
         "il faut d'abord un afficheur que le vendeur voit : sans rôle, ou 'clerk'")
    ]


def test_a_second_printer_has_its_role() -> None:
    second = SECOND.format("printer", 'port = "/dev/x"\nrole = "report"')
    assert [each.role for each in settings(GOOD + second).devices] == ["", "", "", "report"]


def test_a_payment_terminal_is_named_in_one_table_of_terminals() -> None:
    device = '\n[devices.tpe]\nclass = "payment-terminal"\ndriver = "toy"\nport = "/dev/ttyS9"\n'
    table = '\n[[terminals]]\ndevice = "tpe"\n'

    def wrong(text: str) -> list[tuple[str, str]]:
        return [(key, why) for _, key, why in problems(GOOD + text)]

    assert len(settings(GOOD + device + table + "[[terminals]]\n").rules.terminals.of) == 2
    unnamed = ("devices.tpe", "rien n'y passerait : nommer le terminal dans [[terminals]]")
    assert wrong(device) == [unnamed]
    assert wrong(device + table + table)[0][1] == "'tpe' est dans deux [[terminals]]"
    assert wrong(table) == [
        ("terminals.1.device", "'tpe' n'est pas un terminal de paiement d'ici")
    ]
    ((key, why),) = wrong('[[terminals]]\ntenders = ["AVOIR"]\n')
    assert key.startswith("terminals.1")
    assert "AVOIR ne passe pas par un terminal" in why
