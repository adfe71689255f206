"""What a scanned code is: a GTIN, a code with an embedded price or weight, or any other text.

Check digits after GS1 General Specifications, section 7.9. Variable measure codes (prefixes 02
and 20 to 29) are left by GS1 to each country and by each country to each scale, so a table of
patterns in the settings says how this shop's scales write them; there is no default.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from pos_terminal.domain.language import say

GTIN_LENGTHS = (8, 12, 13, 14)
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z](?=.)", re.ASCII | re.DOTALL)
"""An AIM identifier (ISO/IEC 15424): the reader says which kind of code it has read."""

ADD_ON = (2, 5)
"""Digits of the little code beside a magazine's, which names the issue (General Specifications,
5.2.2)."""

LONGEST = 128
"""No code in a shop is longer; a reader that sends more has sent something else."""


def check_digit(body: str) -> int:
    """The GS1 mod-10 digit that follows these digits; the weight is 3 at the right end."""
    return -(3 * sum(map(int, body[::-2])) + sum(map(int, body[-2::-2]))) % 10


def is_digits(text: str) -> bool:
    """ASCII digits only, at least one (str.isdigit takes Arabic and superscript ones too)."""
    return text.isascii() and text.isdigit()


def is_readable(code: str) -> bool:
    """Whether all of it is text, as far as the reader could tell (U+FFFD: it could not).

    GS (1D hex), which separates the elements of GS1 codes, is the one control character in use.
    """
    return "\ufffd" not in code and code.replace("\x1d", "").isprintable()


def has_gtin_form(text: str) -> bool:
    """Whether this could be a GTIN-8, UPC-A (12), EAN-13 or GTIN-14, its check digit aside."""
    return len(text) in GTIN_LENGTHS and is_digits(text)


def is_gtin(text: str) -> bool:
    """Whether this is a GTIN with the right check digit."""
    return has_gtin_form(text) and check_digit(text[:-1]) == int(text[-1])


def as_read(text: str, aim: str = "") -> tuple[str, str]:
    """A code and its AIM identifier, whatever a reader puts around it: blanks, or the identifier
    itself, which nobody has said it would send."""
    text = text.strip(" ")
    if not aim and (found := _SYMBOLOGY.match(text)):
        aim, text = found[0], text[found.end() :].strip(" ")
    return text, aim


def upc_a(code: str) -> str:
    """The UPC-A whose zeros a UPC-E of eight digits leaves out (General Specifications, 5.2.2.4.2);
    empty where it is none, or its check digit is wrong."""
    if len(code) != 8 or not is_digits(code) or code[0] not in "01":
        return ""
    system, body, last = code[0], code[1:7], code[6]
    if last in "012":
        whole = body[:2] + last + "0000" + body[2:5]
    elif last in "34":
        kept = int(last)
        whole = body[:kept] + "00000" + body[kept:5]
    else:
        whole = body[:5] + "0000" + last
    whole = system + whole + code[7]
    return whole if is_gtin(whole) else ""


def key_of(code: str) -> str:
    """The form under which a code is kept: GTINs as 14 digits, so UPC-A, UPC-E and EAN-13 meet."""
    return next(keys_of(code))


def keys_of(code: str) -> Iterator[str]:
    """All forms under which a code may be kept, the likeliest first; at least one.

    Eight digits may be right as an EAN-8 and as a UPC-E at once; behind a GTIN may be its add-on.
    """
    if is_gtin(code):
        yield code.zfill(14)
    if whole := upc_a(code):
        yield whole.zfill(14)
    if bare := _without_add_on(code):
        yield bare.zfill(14)
    yield code


def _without_add_on(code: str) -> str:
    """The GTIN in front of an add-on; empty where there is none. Behind an EAN-8 only with a blank
    between: five digits more make it as long as an EAN-13 that was read wrongly."""
    body, blank, more = code.partition(" ")
    for length in (13, 12) if not blank else (len(body),):
        body, more = (code[:length], code[length:]) if not blank else (body, more)
        if is_digits(more) and len(more) in ADD_ON and is_gtin(body):
            return body
    return ""


# Weighting of the price verifier digit, GS1 General Specifications 7.9.2: each digit of the price
# is multiplied, and the tens of the product are subtracted from (or added to) its units.
_TIMES_2_MINUS = (0, 2, 4, 6, 8, 9, 1, 3, 5, 7)
_TIMES_3 = (0, 3, 6, 9, 2, 5, 8, 1, 4, 7)
_TIMES_5_PLUS = (0, 5, 1, 6, 2, 7, 3, 8, 4, 9)
_TIMES_5_MINUS = (0, 5, 9, 4, 8, 3, 7, 2, 6, 1)


def price_check_digit(price: str) -> int:
    """The verifier digit of a four- or five-digit price field; ValueError for other lengths."""
    digits = [int(digit) for digit in price]
    if len(digits) == 4:
        weights = (_TIMES_2_MINUS, _TIMES_2_MINUS, _TIMES_3, _TIMES_5_MINUS)
        total = sum(weight[digit] for weight, digit in zip(weights, digits, strict=True))
        return total * 3 % 10
    if len(digits) == 5:
        weights_5 = (_TIMES_5_PLUS, _TIMES_2_MINUS, _TIMES_5_MINUS, _TIMES_5_PLUS, _TIMES_2_MINUS)
        total = sum(weight[digit] for weight, digit in zip(weights_5, digits, strict=True))
        return _TIMES_5_MINUS.index(-total % 10)
    raise ValueError(f"a price verifier covers four or five digits, not {len(digits)}")


class Measure(StrEnum):
    """What the value field of a variable measure code holds."""

    PRICE = "price"
    WEIGHT = "weight"


class Pattern(Struct, frozen=True):
    """How one kind of in-store label is written, as a template of its digits.

    «2xIIIIIVVVVVC»: a digit stands for itself, x is any digit, I the article's number, V the
    value, K the value's verifier digit, C the check digit of the whole. `decimals` is how many
    of the value's digits are after the comma, of euros or of kilograms. It has no default: scales
    differ, and the wrong one sells at ten times the price.
    """

    template: str
    measure: Measure
    decimals: int

    def __post_init__(self) -> None:
        letters = set(self.template) - set("0123456789xIVKC")
        if letters or "I" not in self.template or "V" not in self.template:
            raise ValueError(
                say(
                    "{template!r} : des chiffres, x, I, V, K et C, avec au moins I et V",
                    template=self.template,
                )
            )
        if "C" in self.template[:-1] or self.template.count("K") > 1:
            raise ValueError(
                say("{template!r} : C vient en dernier, K une fois au plus", template=self.template)
            )
        if "K" in self.template and self.template.count("V") not in (4, 5):
            raise ValueError(
                say("{template!r} : une clé K veut quatre ou cinq V", template=self.template)
            )
        scale = 2 if self.measure is Measure.PRICE else 3
        if not 0 <= self.decimals <= scale:
            raise ValueError(
                say(
                    "{template!r} : {measure} a de 0 à {scale} décimales",
                    template=self.template,
                    measure=self.measure,
                    scale=scale,
                )
            )

    def fits(self, code: str) -> bool:
        """Whether the code has this form, check digits aside."""
        return (
            len(code) == len(self.template)
            and is_digits(code)
            and all(t == c or not t.isdigit() for t, c in zip(self.template, code, strict=True))
        )

    def covers(self, other: "Pattern") -> bool:
        """Whether it fits every code that the other one does: first of the two, it reads them."""
        return len(self.template) == len(other.template) and all(
            mine == its or not mine.isdigit()
            for mine, its in zip(self.template, other.template, strict=True)
        )

    def field(self, code: str, letter: str) -> str:
        """The digits of `code` that stand under one letter of the template."""
        return "".join(c for t, c in zip(self.template, code, strict=True) if t == letter)

    def checks(self, code: str) -> bool:
        """Whether the check digits that the template has are right."""
        if self.template.endswith("C") and check_digit(code[:-1]) != int(code[-1]):
            return False
        verifier = self.field(code, "K")
        return not verifier or price_check_digit(self.field(code, "V")) == int(verifier)

    def example(self, plu: str) -> str:
        """A label of this kind for an article, as a scale would print it; its value reads 1234.

        Its check digits are right. Empty where the template has no room for the number.
        """
        room = self.template.count("I")
        if len(plu) > room:
            return ""
        item, value = iter(plu.zfill(room)), "1234".zfill(self.template.count("V"))
        value = value[-self.template.count("V") :]
        verifier = str(price_check_digit(value)) if "K" in self.template else ""
        digits = iter(value)
        filled = {"I": item, "V": digits, "K": iter(verifier)}
        body = "".join(next(filled[t]) if t in filled else "0" if t == "x" else t
                       for t in self.template)  # fmt: skip
        return body[:-1] + str(check_digit(body[:-1])) if body.endswith("C") else body


class Label(Struct, frozen=True):
    """A variable measure code taken apart: an article's number and its cents, or its grams."""

    item: str
    measure: Measure
    value: int


class CheckDigitError(ValueError):
    """The code has the form of a GTIN or of a pattern, but a check digit is wrong."""


def read_label(code: str, patterns: Sequence[Pattern]) -> Label | None:
    """The code taken apart by the first pattern that it fits, or None; CheckDigitError."""
    for pattern in patterns:
        if pattern.fits(code):
            if not pattern.checks(code):
                raise CheckDigitError(code)
            scale = 2 if pattern.measure is Measure.PRICE else 3
            value = int(pattern.field(code, "V")) * 10 ** (scale - pattern.decimals)
            return Label(pattern.field(code, "I"), pattern.measure, value)
    return None
