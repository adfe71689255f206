"""At which prices and VAT rates a sale is made: staff's, professionals'; on the spot, take-away."""

from pos_terminal.domain import faults
from pos_terminal.domain.counter import authority
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.steps import Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.adjustment import LineRate, PlaceChosen, PricesChosen
from pos_terminal.domain.events.values import Place, PriceList, Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.sale.sale import Sale, apply


def staff(desk: Desk, _: str, __: Moment) -> Step:
    """PERSO before the first article: staff prices; pressed again, the ordinary ones."""
    return _prices(desk, PriceList.STAFF)


def pro(desk: Desk, _: str, __: Moment) -> Step:
    """PRO before the first article: professional prices; pressed again, the ordinary ones."""
    return _prices(desk, PriceList.PRO)


def _prices(desk: Desk, wanted: PriceList) -> Step:
    desk.nothing_typed()
    sale = desk.sale
    if sale and sale.tenders:
        raise Refused(faults.TENDER_STARTED)
    if sale and sale.live:
        raise Refused(faults.PRICES_FIRST)
    if sale and sale.prices == wanted:
        chosen = PricesChosen(sale=sale.number, prices=PriceList.ORDINARY)
        return Step((chosen,), (Show(display.prices(PriceList.ORDINARY)), Sound(Tone.ACCEPTED)))
    authority.need(desk, Right.DISCOUNT)
    opened, sale = desk.opening()
    chosen = PricesChosen(sale=sale.number, prices=wanted, authority=desk.authority)
    return Step((*opened, chosen), (Show(display.prices(wanted)), Sound(Tone.ACCEPTED)))


def place(desk: Desk, _: str, moment: Moment) -> Step:
    """SUR PLACE: the sale is for here; pressed again, to take away. Only before tender."""
    desk.nothing_typed()
    sale = desk.at_hand(faults.NOTHING_SOLD)
    if sale.tenders:
        raise Refused(faults.TENDER_STARTED)
    wanted = Place.TAKE_AWAY if sale.place is Place.ON_SPOT else Place.ON_SPOT
    chosen = PlaceChosen(sale=sale.number, place=wanted, rates=_rates(desk, sale, wanted, moment))
    after = apply(sale, chosen) or sale
    if desk.subtotalled == sale:
        desk.subtotalled = after
    return Step((chosen,), (Show(display.place(wanted, after.total)), Sound(Tone.ACCEPTED)))


def _rates(desk: Desk, sale: Sale, wanted: Place, moment: Moment) -> tuple[LineRate, ...]:
    """The lines whose rate is another there; an option without a rate follows its article."""
    rates: dict[int, int] = {}
    for line in sale.live:
        item = desk.catalog.plu(line.plu)
        if item is None or line.firm:
            continue
        if item.vats_on_spot.on(moment.day) is not None:
            rate = item.rate(moment.day, wanted)
            rates[line.line] = desk.rules.default_vat if rate is None else rate
        elif line.parent in rates and item.vats.on(moment.day) is None:
            rates[line.line] = rates[line.parent]
    return tuple(LineRate(line=line, vat=rate) for line, rate in rates.items())
