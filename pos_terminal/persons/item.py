"""One item of what is known of a person: what for, by which right, until when. Pure.

Regulation (EU) 2016/679 (GDPR), art. 5: data are held for a stated purpose and no longer than it
needs; art. 6(1): by a legal ground; art. 17(3)(b): an erasure leaves what a law obliges to keep.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Struct

from pos_terminal.domain.language import say

YEARS = 10
"""Supporting documents of the accounts are kept so long: Code de commerce, art. L123-22, al. 2."""


class Ground(StrEnum):
    """Why data may be held: GDPR art. 6(1), (a), (b), (c) and (f). A shop has no (d) and (e)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal-obligation"
    LEGITIMATE_INTEREST = "legitimate-interest"


Word = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9-]{0,63}$")]
"""Stands outside the seal, in the journal too, so it must tell nothing of anybody."""

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class Consent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody agreed to, in the words that they were shown, and when."""

    text: Text
    given: date


class Details(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The data. `siret` and `vat` are for invoices to firms; `more` is free: label to text."""

    name: Text | None = None
    address: Text | None = None
    email: Text | None = None
    telephone: Text | None = None
    siret: Annotated[str, msgspec.Meta(pattern="^[0-9]{14}$")] | None = None
    vat: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}[0-9A-Z]{2,13}$")] | None = None
    more: dict[Text, Text] = {}


class PersonalItem(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What is held for one `purpose`; `name` is unique within a person.

    What a law obliges to keep has a `kept_until`, or the `year_end` of its fiscal year, from which
    ten years count. Other items may have a `kept_until`: then they are erased without being asked.
    """

    name: Word
    purpose: Word
    ground: Ground
    data: Details
    year_end: date | None = None
    kept_until: date | None = None
    consent: Consent | None = None

    def __post_init__(self) -> None:
        if (self.ground is Ground.CONSENT) != (self.consent is not None):
            raise ValueError(
                say(
                    "{name} : la base « consent », et elle seule, a son texte et sa date",
                    name=self.name,
                )
            )
        if self.year_end and self.kept_until:
            raise ValueError(say("{name} : year_end ou bien kept_until", name=self.name))
        if self.year_end and self.ground is not Ground.LEGAL_OBLIGATION:
            raise ValueError(
                say("{name} : year_end va avec la base legal-obligation", name=self.name)
            )
        if self.ground is Ground.LEGAL_OBLIGATION and not self.until:
            raise ValueError(
                say("{name} : une obligation a year_end ou kept_until", name=self.name)
            )

    @property
    def until(self) -> date | None:
        """The last day on which it is held; None for as long as it is not erased."""
        return ten_years(self.year_end) if self.year_end else self.kept_until


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    items: Annotated[tuple[PersonalItem, ...], msgspec.Meta(min_length=1)]


class SealLabel(Struct, frozen=True):
    """What stands outside the seal, and is bound to it: none of it can be changed alone."""

    person: str
    name: str
    purpose: str
    ground: Ground
    kept_until: date | None

    @classmethod
    def of(cls, person: str, item: PersonalItem) -> "SealLabel":
        """The label of a person's item."""
        return cls(person, item.name, item.purpose, item.ground, item.until)

    @property
    def obliged(self) -> bool:
        """Whether a law asks that it be kept, up to `kept_until`."""
        return self.ground is Ground.LEGAL_OBLIGATION

    def expired(self, today: date | None) -> bool:
        """Whether its last day is over. None: the date is not known, and nothing expires."""
        return bool(today and self.kept_until and self.kept_until < today)

    def outlives_erasure(self, today: date | None) -> bool:
        """Whether it must be kept although its person asks for erasure."""
        return self.obliged and not self.expired(today)

    def as_bytes(self) -> bytes:
        """The label as the seal binds it: canonical JSON."""
        return msgspec.json.encode(
            [self.person, self.name, self.purpose, self.ground, self.kept_until]
        )


def ten_years(year_end: date) -> date:
    """The last day of the ten years from the close of a fiscal year.

    A period of years ends on the day of the same date, or where the month lacks it on the month's
    last (Code de procedure civile, art. 641, al. 2).
    """
    try:
        return year_end.replace(year=year_end.year + YEARS)
    except ValueError:
        return year_end.replace(year=year_end.year + YEARS, day=28)


def read_items(source: bytes) -> tuple[PersonalItem, ...]:
    """The items of a file `{"items": [...]}`; ValueError says where it is wrong."""
    items = msgspec.json.decode(source, type=_File).items
    names = [item.name for item in items]
    if len(set(names)) < len(names):
        raise ValueError(say("deux données ont un même nom"))
    return items
