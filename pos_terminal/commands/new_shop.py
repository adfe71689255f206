"""A new shop's folder: settings, catalogue and promotions that sell as they are.

The samples lie in pos_terminal/shops; what only the shop knows is asked for on the command line.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

SHOPS = Path(__file__).parent.parent / "shops"


def kinds() -> tuple[str, ...]:
    """The kinds of shops that there is a sample of."""
    return tuple(sorted(path.name for path in SHOPS.iterdir() if path.is_dir()))


def make(kind: str, folder: Path, *, name: str, address: str, siret: str) -> Iterator[Path]:
    """Write the sample's files and say each. ValueError for a SIRET that is none.

    FileExistsError where a file is there already: what a shop wrote is never written over.
    """
    siren = siret_digits(siret)[:9]
    known = {
        "{name}": name,
        "{address}": address,
        "{siret}": f"SIRET {siren[:3]} {siren[3:6]} {siren[6:]} {siret_digits(siret)[9:]}",
        "{vat_number}": f"TVA {vat_number(siren)}",
    }
    folder.mkdir(parents=True, exist_ok=True)
    for sample in sorted((SHOPS / kind).iterdir()):
        text = sample.read_text()
        for mark, value in known.items():
            # A JSON string is a TOML basic string, too.
            text = text.replace(mark, msgspec.json.encode(value).decode())
        with (folder / sample.name).open("x") as file:
            file.write(text)
        yield folder / sample.name


def siret_digits(text: str) -> str:
    """The fourteen digits of a SIRET. ValueError where Luhn's sum, which INSEE uses, is not 0."""
    digits = re.sub(r"\s", "", text)
    if not re.fullmatch("[0-9]{14}", digits, re.ASCII) or luhn(digits) % 10:
        raise ValueError(f"{text!r} n'est pas un SIRET")
    return digits


def luhn(digits: str) -> int:
    """The sum of ISO/IEC 7812-1, annex B: every second digit from the right counts twice."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled)


def vat_number(siren: str) -> str:
    """The French VAT number of a SIREN: its key is (12 + 3 x (SIREN mod 97)) mod 97."""
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"
