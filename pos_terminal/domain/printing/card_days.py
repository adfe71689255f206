"""Payment terminals' days against the journal's: pages for the display, and the paper."""

from collections.abc import Iterator, Sequence

from pos_terminal.domain.events.event import SERIES
from pos_terminal.domain.events.numbers import written
from pos_terminal.domain.events.values import PaymentOutcome
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.reckoning import CardPayment, Reckoning
from pos_terminal.domain.notation import day, euros, hour, short_day_and_hour
from pos_terminal.domain.printing.day_lists import DayList, made
from pos_terminal.domain.receipt import Block, Row, Rule, Text
from pos_terminal.domain.screen import Screen, both_ends


def drawn(till: str, found: Sequence[Reckoning]) -> DayList:
    """Each terminal's days, the newest first on the display and the oldest first on paper."""
    pages = [
        Screen(both_ends(each.terminal, euros(each.journal)), _state(each))
        for each in reversed(found)
    ]
    blocks = tuple(block for each in found for block in _day(till, each))
    return made(say("TERMINAUX DE PAIEMENT"), pages, blocks)


def _state(each: Reckoning) -> str:
    if each.difference:
        word = say("EXPLIQUE") if each.settled else say("ECART")
        return both_ends(word, euros(each.difference))
    when = day(each.at)[:5] if each.said is not None or each.day else say("EN COURS")
    return both_ends(when, f"({each.payments})")


def _day(till: str, each: Reckoning) -> Iterator[Block]:
    yield Rule()
    yield Text(each.terminal, bold=True)
    yield Text(
        say(
            "du {since} au {at}",
            since=short_day_and_hour(each.since),
            at=short_day_and_hour(each.at),
        )
    )
    yield Row(f"{say('Journal')} ({each.payments})", euros(each.journal))
    for sums in each.schemes:
        yield Row(f"  {sums.scheme} ({sums.payments})", euros(sums.journal))
        if sums.said is not None and sums.said != sums.journal:
            yield Row(f"  {sums.scheme} {say('terminal')}", euros(sums.said), bold=True)
    said = say("lire son ticket") if each.said is None else euros(each.said)
    yield Row(say("Terminal"), said)
    if each.difference:
        yield Row(say("ECART"), f"{euros(each.difference)} €", bold=True)
    if each.settled:
        yield Text(say("Ecart expliqué"))
    if each.difference == 0:
        yield Text(say("Pas d'écart"))
    elif each.doubtful or each.alone:
        yield Text(say("A vérifier"))
        for payment in (*each.doubtful, *each.alone):
            yield from _payment(till, payment)


def _payment(till: str, each: CardPayment) -> Iterator[Block]:
    ticket = written(till, SERIES, each.ticket) if each.ticket else say("sans ticket")
    yield Row(f"  {ticket} {hour(each.at)}", euros(each.moved or each.asked))
    number = f"{say('auto')} {each.authorisation}" if each.authorisation else ""
    words = (became(each), f"**** {each.last_four}" if each.last_four else "", number)
    yield Text("    " + ", ".join(filter(None, words)))


def became(each: CardPayment) -> str:
    """What is known of a payment, and by whom."""
    if not each.ref:
        return say("pris sans lien")
    words = {
        None: say("sans réponse"),
        PaymentOutcome.PAID: say("payé"),
        PaymentOutcome.REFUSED: say("refusé"),
        PaymentOutcome.UNKNOWN: say("incertain"),
    }
    by = f" ({say('décidé au comptoir')})" if each.decided else ""
    other = abs(each.moved) != abs(each.asked) and each.outcome is PaymentOutcome.PAID
    asked = f", {say('demandé')} {euros(each.asked)}" if other else ""
    return f"{words[each.outcome]}{asked}{by}"
