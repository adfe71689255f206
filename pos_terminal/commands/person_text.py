"""What is held of a person, for that person to read: in words, or as JSON to take elsewhere.

GDPR art. 15(1) lists what must be said (purposes, how long, rights), art. 20 asks for a form that
machines read.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import msgspec

from pos_terminal.domain.language import say
from pos_terminal.domain.notation import day
from pos_terminal.journal.record import Record
from pos_terminal.persons.item import Consent, Details, Ground, PersonalItem, SealLabel


class KnownItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item, with the last day on which it is held."""

    name: str
    purpose: str
    ground: Ground
    kept_until: date | None
    consent: Consent | None
    data: Details


class Naming(msgspec.Struct, frozen=True, kw_only=True):
    """A record of the journal that names the pseudonym."""

    seq: int
    kind: str
    at: str


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """All that is held of a person. `erased`: but for what a law obliges to keep."""

    person: str
    erased: bool
    items: list[KnownItem]
    records: list[Naming]

    @classmethod
    def of(
        cls,
        person: str,
        erased: bool,
        items: Sequence[tuple[SealLabel, PersonalItem]],
        records: Sequence[Record],
    ) -> "Known":
        """From what the store and the journal hold."""
        return cls(
            person=person,
            erased=erased,
            items=[
                KnownItem(
                    name=item.name, purpose=item.purpose, ground=item.ground,
                    kept_until=label.kept_until, consent=item.consent, data=item.data,
                )
                for label, item in items
            ],
            records=[
                Naming(seq=record.seq, kind=record.kind, at=record.moment.at) for record in records
            ],
        )  # fmt: skip


def as_list(
    purposes: Mapping[str, Sequence[str]], cards: Mapping[str, Mapping[str, object]]
) -> Iterator[str]:
    """A line a person: the pseudonym and what for; a customer's number, and the card's code."""
    for person, what in purposes.items():
        card = cards.get(person)
        said = f"  {say('client no')} {card['customer']} ({card['card']})" if card else ""
        yield f"{person}  {', '.join(what)}{said}"
    if not purposes:
        yield say("Rien n'est tenu de personne.")


def as_text(known: Known) -> Iterator[str]:
    """All of it, to be read by the person."""
    yield f"{say('Pseudonyme')} : {known.person}"
    if known.erased:
        yield say("Effacé, sauf ce que la loi oblige à garder.")
    for item in known.items:
        yield ""
        yield f"{item.name} : {say('finalité')} {item.purpose}, {_ground(item.ground)}"
        if item.kept_until:
            yield f"  {say('conservé jusqu’au')} {day(item.kept_until.isoformat())}"
        if item.consent:
            given = f"{say('consentement du')} {day(item.consent.given.isoformat())}"
            yield f"  {given} : « {item.consent.text} »"
        yield from (f"  {label} : {text}" for label, text in _details(item.data))
    yield ""
    yield say("Écritures du journal qui portent ce pseudonyme :")
    for record in known.records:
        yield f"  {record.seq}  {record.at}  {record.kind}"
    yield ""
    yield say(
        "Vous pouvez demander au commerce la rectification, l'effacement ou la limitation de ces"
        " données, vous y opposer, et saisir la CNIL."
    )


def as_erased(person: str, kept: Sequence[SealLabel]) -> Iterator[str]:
    """What an erasure left."""
    yield f"{say('Effacé')} : {person}"
    if not kept:
        yield say("Rien n'est gardé.")
        return
    yield say("La loi oblige à garder, puis la caisse l'effacera :")
    yield from map(_line, kept)


def as_due(over: Sequence[SealLabel]) -> Iterator[str]:
    """What was destroyed as its last day was over."""
    yield say("Échu et effacé :") if over else say("Rien n'est échu.")
    yield from (f"  {label.person}{_line(label)}" for label in over)


def _line(label: SealLabel) -> str:
    until = ""
    if label.kept_until:
        until = f", {say('conservé jusqu’au')} {day(label.kept_until.isoformat())}"
    return f"  {label.name} ({label.purpose}){until}"


def _ground(ground: Ground) -> str:
    match ground:
        case Ground.CONSENT:
            return say("avec votre consentement")
        case Ground.CONTRACT:
            return say("pour exécuter un contrat")
        case Ground.LEGAL_OBLIGATION:
            return say("car la loi y oblige")
        case Ground.LEGITIMATE_INTEREST:
            return say("dans l'intérêt légitime du commerce")


def _details(data: Details) -> Iterator[tuple[str, str]]:
    fields = (
        (say("nom"), data.name),
        (say("adresse"), data.address),
        (say("courriel"), data.email),
        (say("téléphone"), data.telephone),
        ("SIRET", data.siret),
        (say("n° de TVA"), data.vat),
    )
    yield from ((label, text) for label, text in fields if text)
    yield from data.more.items()
