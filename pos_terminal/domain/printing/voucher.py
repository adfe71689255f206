"""The paper of a gift voucher or a credit note."""

from collections.abc import Iterator

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.codes.vouchers import grouped, last_four, voucher_code
from pos_terminal.domain.events.prepaid import VoucherMoved
from pos_terminal.domain.events.values import VoucherPurpose
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.notation import day, euros, hour, percent
from pos_terminal.domain.printing.clock import unverified
from pos_terminal.domain.receipt import Align, Barcode, Block, Logo, Receipt, Row, Rule, Text


def paper(
    identity: Identity,
    made: VoucherMoved,
    number: str,
    moment: Moment,
    *,
    name: str = "",
    copy: int = 0,
) -> Receipt:
    """The paper that the customer keeps: the only place where its `number` stands.

    `moment` is when it was made; `name` is the article's as which it was
    sold. A simulated one says so: its number is known to its own simulation alone.
    """
    title = (name or say("BON CADEAU")) if made.plu else say("AVOIR")
    return Receipt(
        title=f"{title} {last_four(made.voucher)}" + (f" duplicata {copy}" if copy else ""),
        blocks=(
            Logo(),
            Text(identity.shop.name, Align.CENTRE, bold=True),
            *(Text(line, Align.CENTRE) for line in identity.shop.header),
            Text(""),
            Text(title, Align.CENTRE, bold=True, tall=True),
            *_marks(copy, simulated=identity.simulated),
            Rule(),
            Row(say("VALEUR"), f"{euros(made.amount)} €", bold=True, tall=True),
            Text(f"{say('no')} {grouped(number)}"),
            Row(f"{say('Fait le')} {day(moment.at)}", hour(moment.at)),
            *unverified(moment),
            Text(f"{say('Ticket')} {identity.terminal}-{made.number:06d}"),
            Text(_until(made)),
            Rule(),
            *(Text(line) for line in _terms(made)),
            Barcode(voucher_code(number)),
            *_marks(copy, simulated=identity.simulated),
        ),
    )


def _marks(copy: int, *, simulated: bool) -> Iterator[Block]:
    if simulated:
        yield Text(say("*** SIMULATION ***"), Align.CENTRE, bold=True)
    if copy:
        yield Text(f"{say('DUPLICATA')} {copy}", Align.CENTRE, bold=True)


def _until(made: VoucherMoved) -> str:
    if not made.expires:
        return say("Sans date limite")
    return say("Valable jusqu'au") + f" {day(made.expires)}"


def _terms(made: VoucherMoved) -> Iterator[str]:
    """What it pays for, and when its VAT is due (code général des impôts, art. 256 ter)."""
    if made.purpose is VoucherPurpose.SINGLE:
        rate = percent(made.vat)
        yield f"{say('Bon à usage unique : TVA comprise')} {rate} %."
        yield say("À valoir sur des articles à ce taux, en une ou plusieurs fois.")
    else:
        yield say("À valoir sur tous nos articles, en une ou plusieurs fois.")
        yield say("TVA due à l'utilisation.")
    yield say("À garder : le bon ou son numéro est demandé pour payer.")
