"""An article as a line of a sale: what stands on every one, however it came to be sold."""

from pos_terminal.domain.catalog.catalog import Item
from pos_terminal.domain.events.sale import LineSold
from pos_terminal.domain.events.values import EntryMethod
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.quantity import Price
from pos_terminal.domain.sale.sale import Sale


def line_of(
    sale: Sale, item: Item, price: Price, quantity: int, *, moment: Moment, vat: int, authority: int
) -> LineSold:
    """So many thousandths of the article at that price, keyed; not numbered yet.

    Its VAT is the article's where the sale is consumed, that day; `vat` where it has none.
    """
    listed = item.prices.on(moment.day)
    rate = item.rate(moment.day, sale.place)
    return LineSold(
        sale=0,
        line=0,
        plu=item.plu,
        name=item.name,
        unit=item.unit,
        family=item.family,
        quantity=quantity,
        price=price.cents,
        per=price.per,
        list_price=listed.cents if listed else None,
        list_per=listed.per if listed else None,
        vat=vat if rate is None else rate,
        gross=price.gross(quantity),
        entry=EntryMethod.KEY,
        authority=authority,
        fixed=item.fixed,
        returnable=item.returnable,
    )
