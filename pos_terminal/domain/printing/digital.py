"""A whole ticket as one text for a QR code: read by any telephone, checked against the journal.

    TICKET1 2-000123 2026-11-22T14:03
    Boulangerie du Marche
    SIRET 123 456 789 00012
    3 TRADITION 3,90
    REMISE 10 % -0,39
    = 3,51
    TVA 5,5 % 3,33 + 0,18
    ESPECES 5,00
    RENDU 1,49
    #512 3fa9...

The last line is the number and the SHA-256 of the journal's record that closed the sale: who has
the journal, or an archive of it, sees whether it says the same (docs/papers.md). Pure.
"""

import unicodedata
from collections.abc import Iterator

from msgspec.structs import replace

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events import numbers
from pos_terminal.domain.events.event import TRAINING_SERIES
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import euros, percent
from pos_terminal.domain.printing import ticket as tickets
from pos_terminal.domain.printing.request import PaperAsked
from pos_terminal.domain.sale.corrected_payments import exchanged
from pos_terminal.domain.tender.tender import TENDERS

VERSION = "TICKET1"
"""The form of the text. Another form is another word."""

LONGEST = 900
"""Bytes: a symbol of version 24 with correction M (ISO/IEC 18004, table 7), which printers of 58 mm
still draw with three dots a module."""

_LETTERS = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "€": "EUR", "’": "'"})

LONGEST_ANCHOR = f"{2**53} {'0' * 64}"
"""As long as any number and hash of a record."""


def digital(identity: Identity, asked: PaperAsked) -> str:
    """The text of the ticket that is asked for."""
    return "\n".join(map(_plain, _lines(identity, asked)))


def fits(identity: Identity, asked: PaperAsked) -> bool:
    """Whether the text is short enough, whatever is not known of it yet."""
    longest = replace(asked, anchor=LONGEST_ANCHOR)
    return len(digital(replace(identity, simulated=True), longest)) <= LONGEST


def _plain(text: str) -> str:
    """In ASCII, accents left out: readers differ in what they take other bytes for."""
    letters = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return kept.encode("ascii", "replace").decode()


def _lines(identity: Identity, asked: PaperAsked) -> Iterator[str]:
    ticket = asked.closed
    yield f"{VERSION} {numbers.number(identity.terminal, ticket)} {asked.moment.at[:16]}"
    yield from _marks(identity, asked)
    yield identity.shop.name
    yield from identity.shop.header
    for line in ticket.lines:
        if not line.voided:
            name = f"+ {line.name}" if line.parent else line.name
            yield f"{tickets.amount(line)} {name} {euros(line.gross + line.discount)}"
    for each in ticket.reductions:
        yield f"{tickets.reduction_name(each)} {euros(-each.amount)}"
    yield f"= {euros(ticket.total)}"
    for rate in ticket.vat:
        shown = percent(rate.rate)
        yield f"{say('TVA')} {shown} % {euros(rate.net)} + {euros(rate.vat)}"
    for paid in ticket.tenders:
        whose = paid.beneficiary or paid.order
        label = f"{say(TENDERS[paid.tender].label)} {whose}".rstrip()
        yield f"{label} {euros(-paid.amount if paid.beneficiary else paid.given)}"
    if handed := ticket.handed_back:
        yield f"{say('RENDU')} {euros(handed)}"
    for change in asked.changed:
        yield f"{say('PAIEMENT CORRIGE')} {exchanged(change)} {euros(change.amount)}"
    yield f"#{asked.anchor}"


def _marks(identity: Identity, asked: PaperAsked) -> Iterator[str]:
    """What the head of its paper says beside number and time."""
    ticket, copy = asked.closed, asked.request.copy
    if not asked.moment.trust.vouched:
        yield say("Heure non vérifiée")
    if ticket.taken_at:
        yield f"{say('VENTE DU')} {ticket.taken_at[:16]}, {say('SAISIE APRES PANNE')}"
    if identity.simulated:
        yield "SIMULATION"
    if ticket.series == TRAINING_SERIES:
        yield "FACTICE"
    if copy:
        yield f"{say('DUPLICATA')} {copy}"
