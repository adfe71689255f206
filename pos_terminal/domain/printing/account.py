"""The statement of a customer's account on paper: what is owed, ticket by ticket."""

from collections.abc import Iterator

from pos_terminal.domain.events.numbers import written
from pos_terminal.domain.events.values import AccountMove
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.questions import CustomerAccount
from pos_terminal.domain.notation import euros, short_day_and_hour
from pos_terminal.domain.receipt import Block, Listing, Row, Rule, Text


def statement(terminal: str, number: int, account: CustomerAccount) -> Listing:
    """All that the journal still knows of the account, the oldest first, and what is owed.

    It names the customer by number alone: whoever finds it learns nothing of him.
    """
    blocks = tuple(_statement(terminal, account))
    return Listing(f"{say('RELEVE DU COMPTE')} {number}", blocks)


def _statement(terminal: str, account: CustomerAccount) -> Iterator[Block]:
    labels = {
        AccountMove.CHARGED: say("Ticket"),
        AccountMove.CREDITED: say("Avoir"),
        AccountMove.SETTLED: say("Règlement"),
    }
    before = account.owed - sum(each.amount for each in account.entries)
    yield Rule()
    if before:
        yield Row(say("Report"), euros(before))
    for each in account.entries:
        name = written(terminal, each.series, each.number)
        yield Row(f"{labels[each.move]} {name}", euros(each.amount))
        yield Text(f"  {short_day_and_hour(each.at)}")
    yield Rule()
    yield Row(say("RESTE DU"), f"{euros(account.owed)} €", bold=True, tall=True)
