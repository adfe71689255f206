"""The till's keys, and the map from a keyboard's physical keys to them.

A map is data: `KEY_KP7 = "7"`, `KEY_F1 = "article 28"`, `"KEY_LEFTCTRL+KEY_A" = "x"`. The names of
the functions are the ones below; digits, «00» and «,» stand for themselves.
"""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from pos_terminal.domain.keyboard.chords import modifiers_in, parse_chord
from pos_terminal.domain.keyboard.movement_keys import MOVEMENTS
from pos_terminal.domain.language import say
from pos_terminal.domain.tender.tender import TENDERS


class Function(StrEnum):
    """What a key does. The value is its name in a key map."""

    TYPE = "type"
    CLEAR = "C"
    HELP = "AIDE"
    TIMES = "x"
    GRAMS = "g"
    TARE = "TARE"
    PRICE = "PRIX"
    PLU = "PLU"
    ARTICLE = "article"
    RETURN = "RF"
    CORRECT = "CORR"
    VOID = "VOID"
    CANCEL = "CANCEL"
    PERCENT = "%"
    DISCOUNT = "REMISE"
    REASON = "MOTIF"
    STAFF = "PERSO"
    PRO = "PRO"
    PLACE = "PLACE"
    SUBTOTAL = "ST"
    NO_SALE = "#/NS"
    FLOAT = "FOND"
    CASH_IN = "ENTREE"
    CASH_OUT = "SORTIE"
    DROP = "PRELEV"
    READ = "X"
    COUNT = "COMPTE"
    CLOSE = "Z"
    CARRY = "REPORT"
    REPRINT = "ZBIS"
    SERVICE = "SERVICE"
    DRAWER = "TIROIR"
    TENDER = "tender"
    BANKNOTE = "banknote"
    CREDIT_NOTE = "AVOIR"
    VOUCHER = "BON"
    GOODS = "goods"
    BOTTLES = "VERSE"
    PRODUCTION = "PROD"
    TICKET = "TICKET"
    GIFT = "CADEAU"
    BRIEF = "BREF"
    NOTE = "NOTE"
    QR = "QR"
    CUSTOMER = "CLIENT"
    INVOICE = "FACTURE"
    NOTE_ORDER = "NOTER"
    LIST = "LISTE"
    ON_ACCOUNT = "ENCOMPTE"
    SETTLE = "REGLE"
    STATEMENT = "RELEVE"
    MONTH_INVOICE = "RECAP"
    ORDER = "COMMANDE"
    PART = "ACOMPTE"
    EARNEST = "ARRHES"
    RATE = "TAUX"
    DONATE = "DON"
    HOLD = "HOLD"
    RECALL = "RECALL"
    CLERK = "CLERK"
    INSPECTION = "CONTROLE"
    STICK = "CLEUSB"
    SELFTEST = "AUTOTEST"
    TERMINAL = "TPE"
    OUTAGE = "PANNE"
    ACCESS = "ACCES"
    SUPPORT = "ASSISTANCE"
    ANSWER = "answer"


class Key(Struct, frozen=True):
    """One key: its function, and the digits, PLU, tender, note or doing that it stands for."""

    function: Function
    argument: str = ""

    def __str__(self) -> str:
        """The text that a map has for it: `parse_key` backwards."""
        if self.function in NAMED:
            return self.argument
        return f"{self.function} {self.argument}".rstrip()


TYPED = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "00", "000", ",")
TENDER_KEYS = tuple(name for name, kind in TENDERS.items() if kind.keyed)
BANKNOTE_KEYS = ("10EUR", "20EUR", "50EUR")
"""Keys of the notes that a customer gives, as they are named; their number is whole euros."""
GOODS_KEYS = (*MOVEMENTS, "OUVRIR", "FINIR", "STOCK", "ALLERG", "TARIF")
"""Keys that say what is done with the next article instead of selling it."""

ANSWER_KEYS = (YES, NO) = ("OUI", "NON")
"""Keys by which the shop answers its support."""

_BY_ARGUMENT = {
    Function.TYPE: TYPED,
    Function.TENDER: TENDER_KEYS,
    Function.BANKNOTE: BANKNOTE_KEYS,
    Function.GOODS: GOODS_KEYS,
    Function.ANSWER: ANSWER_KEYS,
}

NAMED = frozenset(_BY_ARGUMENT)
"""Functions whose keys go by their arguments."""

KeyMap = Mapping[str, Key]


def parse_key(text: str) -> Key:
    """The key that a map's value names; ValueError with the reason."""
    name, _, argument = text.partition(" ")
    for function, names in _BY_ARGUMENT.items():
        if name in names and not argument:
            return Key(function, name)
    if name == Function.ARTICLE:
        if not (argument.isascii() and argument.isdigit()):
            raise ValueError(
                say("{text!r} : une touche d'article est «article» et un PLU", text=text)
            )
        return Key(Function.ARTICLE, argument)
    if name in NAMED or argument:
        raise ValueError(say("{text!r} n'est pas une touche de la caisse", text=text))
    try:
        return Key(Function(name))
    except ValueError:
        raise ValueError(say("{text!r} n'est pas une touche de la caisse", text=text)) from None


def parse_map(table: Mapping[str, str]) -> KeyMap:
    """A whole map, under the chords' usual names; ValueError names the key at fault."""
    keys: dict[str, Key] = {}
    for physical, text in table.items():
        try:
            chord = parse_chord(physical)
            key = parse_key(text)
        except ValueError as error:
            raise ValueError(f"{physical}: {error}") from None
        if str(chord) in keys:
            raise ValueError(
                say(
                    "{physical} : ces touches sont déjà «{text}»",
                    physical=physical,
                    text=keys[str(chord)],
                )
            )
        keys[str(chord)] = key
    for modifier in modifiers_in(keys) & keys.keys():
        raise ValueError(
            say(
                "{modifier} : maintenue pour d'autres, elle n'est pas une touche à elle seule",
                modifier=modifier,
            )
        )
    return keys
