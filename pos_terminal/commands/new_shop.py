"""A new shop's folder: settings, catalogue and promotions that sell as they are.

The samples lie in pos_terminal/shops; what only the shop knows is asked for on the command line.
"""

import re
from pathlib import Path

import msgspec

from pos_terminal.domain.language import say

SHOPS = Path(__file__).parent.parent / "shops"


def kinds() -> tuple[str, ...]:
    """The kinds of shops that there is a sample of."""
    return tuple(sorted(path.name for path in SHOPS.iterdir() if path.is_dir()))


def make(kind: str, *, name: str, address: str, siret: str) -> dict[str, str]:
    """The shop's files, by their names."""
    digits = siret_digits(siret)
    siren, vat = digits[:9], vat_number(digits[:9])
    grouped = f"{siren[:3]} {siren[3:6]} {siren[6:]} {digits[9:]}"
    known = {
        "{name}": name,
        "{address}": address,
        "{siret}": grouped,
        "{vat}": vat,
        # As an invoice writes them, which leaves out what its head has said (printing/invoice.py).
        "{siret_line}": f"SIRET {grouped}",
        "{vat_line}": f"N° TVA {vat}",
    }
    made = {}
    for sample in sorted((SHOPS / kind).iterdir()):
        text = sample.read_text()
        for mark, value in known.items():
            # A JSON string is a TOML basic string, too.
            text = text.replace(mark, msgspec.json.encode(value).decode())
        made[sample.name] = text
    return made


def siret_digits(text: str) -> str:
    """The fourteen digits of a SIRET. ValueError where Luhn's sum, which INSEE uses, is not 0."""
    digits = re.sub(r"\s", "", text)
    if not re.fullmatch("[0-9]{14}", digits, re.ASCII) or luhn(digits) % 10:
        raise ValueError(say("{text} n'est pas un SIRET").format(text=text))
    return digits


def luhn(digits: str) -> int:
    """The sum of ISO/IEC 7812-1, annex B: every second digit from the right counts twice."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled)


def vat_number(siren: str) -> str:
    """The French VAT number of a SIREN: its key is (12 + 3 x (SIREN mod 97)) mod 97."""
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"
