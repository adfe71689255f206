"""What the two lines of the customer display say at each step of a sale."""

from collections import Counter
from collections.abc import Sequence

from pos_terminal.domain.catalog.catalog import Item
from pos_terminal.domain.events.adjustment import DiscountGiven
from pos_terminal.domain.events.balances import DepositBalance
from pos_terminal.domain.events.numbers import invoice_number, number
from pos_terminal.domain.events.paper import InvoiceMade
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.sale import LineSold, SaleClosed
from pos_terminal.domain.events.values import DepositNature, Place, PriceList, ReductionScope, Right
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import euros, thousandths
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.domain.sale import deposits
from pos_terminal.domain.sale.corrected_payments import exchanged
from pos_terminal.domain.sale.discounts import consumed, discount_name
from pos_terminal.domain.sale.open_sales import OpenSale
from pos_terminal.domain.sale.options import Question
from pos_terminal.domain.sale.sale import Sale
from pos_terminal.domain.screen import WIDTH, Screen, both_ends, running
from pos_terminal.domain.staff.clerks import Pin
from pos_terminal.domain.tender.tender import CASH, CREDIT_NOTE, brief

HALF = WIDTH // 2


def ready(held: int = 0, clerk: str = "") -> Screen:
    """Nothing sold yet; so many sales wait. `clerk` is who serves, by name or number."""
    greeting = f"{say('BONJOUR')} {clerk}" if clerk else say("BONJOUR")
    return Screen(greeting[:WIDTH], f"{say('ATTENTE')} {held}" if held else "")


def held(number: int) -> Screen:
    """A sale was put on hold: so many wait now."""
    return Screen(f"{say('ATTENTE')} {number}", "")


def signed_on(name: str, number: int) -> Screen:
    """A clerk has come; the number stands for a name that is not known."""
    return Screen(f"{say('BONJOUR')} {name or number}"[:WIDTH], say("CAISSE OUVERTE"))


def signed_off() -> Screen:
    """Nobody is signed on."""
    return Screen(say("CAISSE FERMEE"), say("VENDEUR ?"))


def asking(right: Right | None, clerk: int, typed: Pin) -> Screen:
    """Who it is, or whose PIN: its digits are stars, as the customer reads along."""
    who = say("VENDEUR") if right is None else say("RESPONSABLE")
    if clerk:
        return Screen(f"{who} {clerk}", f"{say('CODE')} {'*' * len(typed)}")
    return Screen(say("APPEL RESPONSABLE"), typed.digits.rjust(WIDTH))


def looking() -> Screen:
    """The till looks something up in its past."""
    return Screen(say("RECHERCHE..."), "")


def ahead(screen: Screen, typed: int) -> Screen:
    """The same, with how many keys and scans wait behind it."""
    return Screen(both_ends(screen.line1, f"+{typed}"), screen.line2)


def training() -> Screen:
    """Nothing sold yet, and nothing will be: exercises."""
    return Screen(say("FORMATION"), say("VENTES FACTICES"))


def line(sold: LineSold) -> Screen:
    """The line just sold: label and count, then unit price and amount; or weight, price, amount."""
    if sold.unit is Unit.KG:
        weight = f"{thousandths(sold.quantity, places=3)}kg x "
        price = unit_price(sold.price, sold.per, WIDTH - len(weight))
        return Screen(weight + price, both_ends(sold.name, euros(sold.gross)))
    count = f"x{thousandths(sold.quantity)}"
    price = unit_price(sold.price, sold.per, HALF)
    return Screen(both_ends(sold.name, count), f"{price:>{HALF}}{euros(sold.gross):>{HALF}}")


def with_total(screen: Screen, cents: int, total: int) -> Screen:
    """The line just sold, with its amount and what the sale comes to so far below it."""
    return Screen(screen.line1, both_ends(euros(cents), f"{say('TOTAL')} {euros(total)}"))


def unit_price(cents: int, per: int, room: int) -> str:
    """«1,30»; a split price is «20,00/5», as far as there is room for what it is for."""
    split = f"{euros(cents)}/{thousandths(per)}"
    return euros(cents) if per == ONE or len(split) > room else split


def voided(name: str, cents: int) -> Screen:
    """A line taken back; `cents` is negative for a sold one."""
    return Screen(f"{say('ANNULE')} {name}", euros(cents).rjust(WIDTH))


def abandoned(cents: int) -> Screen:
    """The whole sale given up."""
    return Screen(say("VENTE ANNULEE"), euros(-cents).rjust(WIDTH))


def subtotal(sale: Sale) -> Screen:
    """How much so far, and what of it promotions took off."""
    articles = sum(1 for line in sale.live if not line.parent)
    off = sum(each.amount for each in sale.promotions)
    promotions = f"{say('PROMO')} {euros(-off)}" if off else ""
    return Screen(
        f"{say('SOUS-TOTAL')} {articles:>2} {say('ART')}", both_ends(promotions, euros(sale.total))
    )


def option(sold: LineSold) -> Screen:
    """An option put to the article before it."""
    return Screen(f"+ {sold.name}", euros(sold.gross).rjust(WIDTH))


def question(asked: Question) -> Screen:
    """A choice that must be made: its group, how many there are, and their names."""
    names = " ".join(f"{n} {item.name}" for n, item in enumerate(asked.choices, 1))
    return Screen(f"{asked.group}? 1-{len(asked.choices)}", names)


def prices(chosen: PriceList) -> Screen:
    """The price list of the sale that begins."""
    if chosen is PriceList.STAFF:
        return Screen(say("PRIX PERSONNEL"), "")
    return Screen(say("PRIX PRO"), "") if chosen is PriceList.PRO else ready()


def place(chosen: Place, total: int) -> Screen:
    """Where the sale is consumed."""
    return Screen(consumed(chosen), both_ends(say("TOTAL"), euros(total)))


def discounted(given: DiscountGiven, sale: Sale) -> Screen:
    """What was taken off, and what then is to be paid for the ticket or for its last line."""
    left, now = say("TOTAL"), sale.total
    if given.scope is not ReductionScope.TICKET:
        article = sale.last_article
        left, now = article[0].name, sum(line.gross for line in article)
    taken = both_ends(discount_name(given.percent), euros(-given.amount))
    return Screen(taken, both_ends(left, euros(now)))


def undiscounted(given: DiscountGiven, total: int) -> Screen:
    """A discount taken back."""
    taken = both_ends(say("REMISE ANNULEE"), euros(given.amount))
    return Screen(taken, both_ends(say("TOTAL"), euros(total)))


def remaining(due: int) -> Screen:
    """A part is paid."""
    return Screen(both_ends(say("RESTE"), euros(due)), "")


def given_back(label: str, cents: int, due: int) -> Screen:
    """A means of payment taken by mistake goes back."""
    what = f"{say('REPRIS')} {label}"
    return Screen(both_ends(what, euros(cents)), both_ends(say("RESTE"), euros(due)))


def paid(closed: SaleClosed) -> Screen:
    """The sale is closed: the change, or what the shop pays out, or the total."""
    given = sum(tender.given for tender in closed.tenders if not tender.beneficiary)
    if closed.handed_back:
        return Screen(
            both_ends(say("RENDU"), euros(closed.handed_back)), f"{say('RECU')} {euros(given)}"
        )
    if closed.total < 0:
        return _paid_out(closed)
    kept = [tender for tender in closed.tenders if tender.left]
    below = _left(kept[-1].left, earnest=bool(kept[-1].order)) if kept else say("MERCI")
    return Screen(both_ends(say("TOTAL"), euros(closed.total)), below)


def _paid_out(closed: SaleClosed) -> Screen:
    """What goes back, by each means: a sum for two of them would be counted out of the drawer."""
    sums = Counter[str]()
    for tender in closed.tenders:
        sums[tender.tender] -= tender.amount
    # What the customer is handed stands first: coins, or a credit note.
    first, *others = sorted(sums, key=lambda name: (name != CASH.name, name != CREDIT_NOTE.name))
    name = say("AVOIR") if first == CREDIT_NOTE.name else say("RENDU")
    below = say("REMBOURSEMENT")
    if len(others) == 1:
        below = both_ends(brief(others[0]), euros(sums[others[0]]))
    elif others:
        below = both_ends(below, euros(-closed.total))
    return Screen(both_ends(name, euros(sums[first])), below)


def correction(change: PaymentChanged, *, asked: bool) -> Screen:
    """A means of payment of the last ticket was wrong: whether, or that, it is corrected."""
    what = say("CORRIGER ?") if asked else say("CORRIGE")
    return Screen(both_ends(what, euros(change.amount)), exchanged(change))


def note_offered(closed: SaleClosed) -> Screen:
    """The sale is closed, and the law wants a note of it: the key NOTE prints it."""
    return Screen(paid(closed).line1, say("NOTE? OUI=NOTE"))


def deposits_held(order: str, held: Sequence[DepositBalance]) -> Screen:
    """What is held for an order: both natures, or one below the order's number."""
    sums = {
        nature: sum(each.amount for each in held if each.nature == nature)
        for nature in (DepositNature.PART, DepositNature.EARNEST)
    }
    rows = [both_ends(deposits.label(each), euros(sum_)) for each, sum_ in sums.items() if sum_]
    return Screen(f"{say('COMMANDE')} {order}" if len(rows) == 1 else rows[0], rows[-1])


def deposit_moved(line: LineSold, cents: int, due: int) -> Screen:
    """Money is taken for an order, or given back."""
    return Screen(both_ends(line.name, euros(cents)), both_ends(say("TOTAL"), euros(due)))


def deposit_settled(order: str, off: int, left: int, due: int) -> Screen:
    """What was held is taken off; what is still held then, or else what is to be paid."""
    rest = both_ends(say("GARDE"), euros(left)) if left else both_ends(say("RESTE"), euros(due))
    return Screen(both_ends(f"{say('COMMANDE')} {order}", euros(-off)), rest)


def gift(cents: int, due: int) -> Screen:
    """The customer gives so much beyond what is due."""
    return Screen(both_ends(say("DON"), euros(cents)), both_ends(say("RESTE"), euros(due)))


def customer(number: int) -> Screen:
    """Whom the next invoice is for: a number, as everybody reads along."""
    return Screen(f"{say('CLIENT')} {number}", "")


def invoiced(terminal: str, made: InvoiceMade) -> Screen:
    """An invoice was made, or printed again."""
    return Screen(
        f"{say('FACTURE')} {invoice_number(terminal, made)}",
        both_ends(say("TOTAL"), euros(made.total)),
    )


def ticket_found(terminal: str, closed: SaleClosed) -> Screen:
    """An earlier ticket was found: its number, and what it came to."""
    return Screen(
        f"{say('TICKET')} {number(terminal, closed)}",
        both_ends(say("TOTAL"), euros(closed.total)),
    )


def refund(terminal: str, number: int) -> Screen:
    """What follows comes back from that ticket."""
    return Screen(say("REMBOURSEMENT"), f"{say('TICKET')} {terminal}-{number:06d}")


def refund_ended(total: int) -> Screen:
    """What follows is sold again."""
    return Screen(say("FIN DES RETOURS"), both_ends(say("TOTAL"), euros(total)))


def returned(articles: int, total: int) -> Screen:
    """Several lines of a ticket came back."""
    return Screen(say("REMBOURSEMENT"), both_ends(f"{articles} {say('ART')}", euros(total)))


def voucher_balance(credit_note: bool, left: int, expires: str) -> Screen:
    """What a voucher is worth, and until when."""
    name = say("AVOIR") if credit_note else say("BON")
    until = "/".join(reversed(expires.split("-")))
    return Screen(both_ends(name, euros(left)), f"{say('FIN')} {until}" if expires else "")


def voucher_used(due: int, left: int) -> Screen:
    """A voucher paid a part: what is still due, and what the voucher is still worth."""
    return Screen(both_ends(say("RESTE"), euros(due)), _left(left))


def _left(cents: int, *, earnest: bool = False) -> str:
    """What is still held for the customer: on a voucher, or for an order."""
    return both_ends(say("GARDE") if earnest else say("SOLDE DU BON"), euros(cents))


def cash_moved(what: str, amount: str, reason: str) -> Screen:
    """The drawer is opened without a sale: what for, and how much cash moves."""
    return Screen(both_ends(what, amount), reason)


def counting(denomination: int, typed: str, drawer: int = 0) -> Screen:
    """A drawer is counted: how many of this note or coin? Nothing says what there should be.

    `drawer` is which, where there are several; else 0.
    """
    which = f"{say('TIROIR')[0]}{drawer} " if drawer else ""
    return Screen(f"{which}{euros(denomination)} x ?", typed.rjust(WIDTH))


def leaving(drawer: int, typed: str) -> Screen:
    """How much stays in the drawer over night? `drawer` is which, where there are several.

    Nothing says what is in it.
    """
    which = f"{say('TIROIR')[0]}{drawer} " if drawer else ""
    return Screen(f"{which}{say('FOND QUI RESTE ?')}", (typed or say("Z : TOUT")).rjust(WIDTH))


def asked_for_date(today: str) -> Screen:
    """Is it that date? The clock says so, and nothing vouches for it."""
    year, month, day = today.split("-")
    return Screen(say("NOUS SOMMES LE"), both_ends(f"{day}/{month}/{year} ?", say("Z OUI")))


def reviewing(sales: tuple[OpenSale, ...], page: int) -> Screen:
    """Whether to carry the open sales over, or the one of that page: whose it is, and its total."""
    if page == 0:
        asked = f"{say('REPORTER')} {len(sales)} {say('VENTES')}?"
        return Screen(asked, say("Z OUI  REPORT LISTE"))
    sale = sales[page - 1]
    where = f"{say('ATTENTE')} {sale.held}" if sale.held else f"{say('VENTE')} {sale.number}"
    whose = f"{say('VENDEUR')} {sale.clerk}"
    articles = f"{sale.articles} {say('ART')}"
    return Screen(both_ends(where, articles), both_ends(whose, euros(sale.total)))


def order_ended(number: str) -> Screen:
    """An order is delivered, or given up."""
    return Screen(f"{say('COMMANDE')} {number}", say("FINIE"))


def account(number: int, owed: int) -> Screen:
    """What a customer owes."""
    return Screen(f"{say('COMPTE')} {number}", both_ends(say("DOIT"), euros(owed)))


def account_settled(line: LineSold, due: int) -> Screen:
    """A customer pays what he owes; and what is due now."""
    return Screen(both_ends(line.name, euros(line.gross)), both_ends(say("TOTAL"), euros(due)))


def counted() -> Screen:
    """The count is on record. The gap, if there is one, stands on paper alone."""
    return Screen(say("COMPTAGE ENREGISTRE"), "")


def service_closed(name: str) -> Screen:
    """A section of the day has its paper."""
    return Screen(say("SERVICE CLOS"), name)


def day_closed(number: int) -> Screen:
    """The day has its Z."""
    return Screen(f"{say('CLOTURE')} Z {number}", say("JOURNEE CLOSE"))


def fault(cause: Fault) -> Screen:
    """An error, until C: its text and its code."""
    return Screen(say(cause.text), both_ends(cause.code, say("TAPER C")))


def help_with(cause: Fault | None, phone: str) -> Screen:
    """What to do about the last code, and whom to call; the text runs."""
    parts = [say(cause.remedy)] if cause else []
    if phone:
        parts.append(f"{say('ASSISTANCE')} {phone}")
    title = f"{say('AIDE')} {cause.code}" if cause else say("AIDE")
    return running(title, " - ".join(parts) or say("Aucun code n'a été affiché."))


def out_of_service(cause: Fault, phone: str = "") -> Screen:
    """The till cannot start: there is no key that would help, but perhaps somebody to call."""
    return Screen(say(cause.text), both_ends(cause.code, phone or say("HORS SERVICE")))


def waiting_for_weight(item: Item | None) -> Screen:
    """An article sold by weight waits for the scale; without one, packing does."""
    return Screen(item.name if item else say("TARE"), say("POSER SUR LA BALANCE"))
