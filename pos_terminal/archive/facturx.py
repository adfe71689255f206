"""An invoice or a credit note as Factur-X: the XML of EN 16931, in UN/CEFACT's syntax (CII). Pure.

What the paper says, for programs: EN 16931-1 (its terms BT-1 ... stand beside the elements), the
Factur-X specification's profile EN 16931, and what French platforms ask beyond it (AFNOR XP
Z12-012: the notes' codes, BT-23, SIREN as an address). The tests hold it to the rules that their
authors publish. The PDF/A-3 around it is left to who prints on A4.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.audit.identity import Identity, Seller
from pos_terminal.domain.events import numbers
from pos_terminal.domain.events.held import untaxed
from pos_terminal.domain.events.paper import InvoiceMade
from pos_terminal.domain.events.sale import SaleClosed, TicketLine
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.lookup.customers import Buyer
from pos_terminal.domain.lookup.questions import TicketFound
from pos_terminal.domain.money import divide
from pos_terminal.domain.notation import day
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.domain.sale.invoicing import (
    Operations,
    due,
    is_prepayment,
    merged,
    operations,
    owed,
    payment_terms,
)

PROFILE = "urn:cen.eu:en16931:2017"

_SPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}

_UNITS = {Unit.PIECE: "C62", Unit.KG: "KGM", Unit.CL: "CLT"}
"""UN/ECE Recommendation 20."""

_MEANS = {"CASH": "10", "CHEQUE": "20", "CARD": "48", "MANUAL": "48"}
"""UNTDID 4461; what is not in it (vouchers, meal vouchers) is ZZZ, mutually defined."""

INVOICE, CREDIT_NOTE, PREPAYMENT = "380", "381", "386"
"""UNTDID 1001."""

SIREN, ADDRESS, VAT = "0002", "0225", "VA"
"""Identifiers: ISO/IEC 6523 for the SIREN, and for it as an electronic address; a VAT number."""

_UNTAXED = "Somme encaissée d'avance ou consigne : TVA due à l'utilisation (CGI, art. 256 ter)"
_EXEMPT = "Opération exonérée de TVA"

_POST = re.compile(r"(\d{5})\s+(\S.*)")


class NotEnough(Failure):
    """The settings say too little of the seller; the detail names what is missing."""


def file_name(identity: Identity, made: InvoiceMade) -> str:
    """The invoice's number, as on its paper, and what it is."""
    return f"{numbers.invoice_number(identity.terminal, made)}.xml"


def invoice(
    identity: Identity, made: InvoiceMade, found: Sequence[TicketFound], buyer: Buyer
) -> bytes:
    """The document over these tickets, one or a month's.

    NotEnough where it would break EN 16931 for what the settings do not say.
    """
    must_say_enough(identity.seller)
    ticket, about = merged(found), operations(each.closed for each in found)
    sign = _sign(ticket)
    lines = [line for line in ticket.lines if not line.voided]
    root = _node(
        "rsm:CrossIndustryInvoice",
        _context(ticket, about),
        _document(identity, made, ticket),
        _node(
            "rsm:SupplyChainTradeTransaction",
            *(_line(number, line, sign) for number, line in enumerate(lines, 1)),
            _node(
                "ram:ApplicableHeaderTradeAgreement",
                _node("ram:SellerTradeParty", *_seller(identity)),
                _node("ram:BuyerTradeParty", *_buyer(buyer)),
            ),
            _node("ram:ApplicableHeaderTradeDelivery", _supplied(made, ticket, buyer)),
            _node("ram:ApplicableHeaderTradeSettlement", *_settled(identity, made, ticket, about)),
        ),
    )
    for prefix, space in _SPACES.items():
        root.set(f"xmlns:{prefix}", space)
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _sign(ticket: SaleClosed) -> int:
    """The sums of a credit note are positive: its type says that they go back."""
    return -1 if ticket.total < 0 else 1


def must_say_enough(seller: Seller) -> None:
    """NotEnough where the seller's address, SIRET or number of VAT is not set."""
    wanted = {"address": seller.address, "siret": seller.siret, "vat": seller.vat}
    missing = [name for name, value in wanted.items() if not value]
    if missing:
        raise NotEnough(faults.BAD_CONFIGURATION, f"[seller]: {', '.join(missing)}")


def _node(name: str, *content: Element | str | None, **attributes: str) -> Element:
    made = Element(name, attributes)
    for each in content:
        if isinstance(each, Element):
            made.append(each)
        elif each is not None:
            made.text = each
    return made


def _context(ticket: SaleClosed, about: Operations) -> Element:
    """BT-23: goods, services or both, paid (2) or not (1); BT-24: whose rules it keeps."""
    process = about.value + ("1" if owed(ticket) else "2")
    return _node(
        "rsm:ExchangedDocumentContext",
        _node("ram:BusinessProcessSpecifiedDocumentContextParameter", _node("ram:ID", process)),
        _node("ram:GuidelineSpecifiedDocumentContextParameter", _node("ram:ID", PROFILE)),
    )


def _document(identity: Identity, made: InvoiceMade, ticket: SaleClosed) -> Element:
    """BT-1 to BT-3, and BG-1: what the law wants said in words."""
    invoice_ = PREPAYMENT if is_prepayment(ticket) else INVOICE
    what = CREDIT_NOTE if ticket.total < 0 else invoice_
    return _node(
        "rsm:ExchangedDocument",
        _node("ram:ID", numbers.invoice_number(identity.terminal, made)),
        _node("ram:TypeCode", what),
        _node("ram:IssueDateTime", _date("udt", made.issued)),
        *(
            _node("ram:IncludedNote", _node("ram:Content", text), _node("ram:SubjectCode", code))
            for text, code in _notes(identity, made, ticket)
        ),
    )


def _notes(identity: Identity, made: InvoiceMade, ticket: SaleClosed) -> Iterator[tuple[str, str]]:
    """With the codes of UNTDID 4451 that French platforms read."""
    if made.tickets:
        for each in made.tickets:
            number = numbers.number(identity.terminal, replace(ticket, number=each.number))
            yield f"Ticket {number} du {day(each.at)}", "AAI"
    else:
        number = numbers.number(identity.terminal, ticket)
        yield f"Ticket {number} du {day(made.ticket_at)}", "AAI"
    yield from zip(payment_terms(identity.seller), ("AAB", "PMD", "PMT"), strict=True)
    legal = " ".join(identity.seller.registration())
    if legal:
        yield legal, "REG"
    for line in identity.seller.terms:
        yield line, "AAI"


def _line(number: int, line: TicketLine, sign: int) -> Element:
    """BG-25. The price is net of discounts, as on paper."""
    unit = _UNITS[line.unit]
    category, rate = _category(line)
    return _node(
        "ram:IncludedSupplyChainTradeLineItem",
        _node("ram:AssociatedDocumentLineDocument", _node("ram:LineID", str(number))),
        _node(
            "ram:SpecifiedTradeProduct",
            _node("ram:SellerAssignedID", line.plu) if line.plu else None,
            _node("ram:Name", line.name),
        ),
        _node(
            "ram:SpecifiedLineTradeAgreement",
            _node("ram:NetPriceProductTradePrice", _node("ram:ChargeAmount", _price(line))),
        ),
        _node(
            "ram:SpecifiedLineTradeDelivery",
            _node("ram:BilledQuantity", _decimal(sign * line.quantity, 3), unitCode=unit),
        ),
        _node(
            "ram:SpecifiedLineTradeSettlement",
            _node(
                "ram:ApplicableTradeTax",
                _node("ram:TypeCode", "VAT"),
                _node("ram:CategoryCode", category),
                _node("ram:RateApplicablePercent", _decimal(rate, 2)),
            ),
            _node(
                "ram:SpecifiedTradeSettlementLineMonetarySummation",
                _node("ram:LineTotalAmount", _cents(sign * line.net)),
            ),
        ),
    )


def _category(line: TicketLine) -> tuple[str, int]:
    """UNTDID 5305, and the rate: standard (whatever its rate), or exempt."""
    taxed = line.vat and not untaxed(line)
    return ("S", line.vat) if taxed else ("E", 0)


def _seller(identity: Identity) -> Iterator[Element | None]:
    seller = identity.seller
    return _party(
        seller.name or identity.shop.name, seller.address, "FR", seller.siren, seller.vat
    )


def _buyer(buyer: Buyer) -> Iterator[Element | None]:
    country = buyer.vat[:2].upper() if buyer.vat[:2].isalpha() else "FR"
    # Of VAT numbers, two countries' letters are not those of ISO 3166-1.
    country = {"EL": "GR", "XI": "GB"}.get(country, country)
    return _party(buyer.name, buyer.address.splitlines(), country, buyer.siret[:9], buyer.vat)


def _party(
    name: str, address: Iterable[str], country: str, siren: str, vat: str
) -> Iterator[Element | None]:
    yield _node("ram:Name", name)
    if siren:
        yield _node("ram:SpecifiedLegalOrganization", _node("ram:ID", siren, schemeID=SIREN))
    yield _node("ram:PostalTradeAddress", *_address(address, country))
    if siren:
        address_ = _node("ram:URIID", siren, schemeID=ADDRESS)
        yield _node("ram:URIUniversalCommunication", address_)
    if vat:
        yield _node("ram:SpecifiedTaxRegistration", _node("ram:ID", vat, schemeID=VAT))


def _address(lines: Iterable[str], country: str) -> Iterator[Element]:
    """The lines as they are; «75001 Paris», where it is the last, by its parts."""
    streets = [line.strip() for line in lines if line.strip()]
    town = _POST.fullmatch(streets[-1]) if streets else None
    if town:
        del streets[-1]
        yield _node("ram:PostcodeCode", town[1])
    # Three lines is what the standard has: more of them stand in the last.
    shown = [*streets[:2], ", ".join(streets[2:])]
    for name, text in zip(("LineOne", "LineTwo", "LineThree"), shown, strict=False):
        if text:
            yield _node(f"ram:{name}", text)
    if town:
        yield _node("ram:CityName", town[2])
    yield _node("ram:CountryID", country)


def _supplied(made: InvoiceMade, ticket: SaleClosed, buyer: Buyer) -> Element:
    """BT-72; of what is paid in advance nothing was supplied yet, and only to whom is known."""
    if is_prepayment(ticket):
        return _node("ram:ShipToTradeParty", _node("ram:Name", buyer.name))
    when = _node("ram:OccurrenceDateTime", _date("udt", made.ticket_at))
    return _node("ram:ActualDeliverySupplyChainEvent", when)


def _period(days: Sequence[str]) -> Element:
    """BG-14: of several deliveries, from the first to the last."""
    return _node(
        "ram:BillingSpecifiedPeriod",
        _node("ram:StartDateTime", _date("udt", min(days))),
        _node("ram:EndDateTime", _date("udt", max(days))),
    )


def _settled(
    identity: Identity, made: InvoiceMade, ticket: SaleClosed, about: Operations
) -> Iterator[Element]:
    sign = _sign(ticket)
    yield _node("ram:InvoiceCurrencyCode", "EUR")
    means = [paid for paid in ticket.tenders if not paid.beneficiary]
    if means:
        # BT-81 has one value (CII-SR-467): the means that paid most.
        most = max(means, key=lambda paid: abs(paid.amount))
        code = _node("ram:TypeCode", _MEANS.get(most.tender, "ZZZ"))
        yield _node("ram:SpecifiedTradeSettlementPaymentMeans", code)
    chargeable = _chargeable(identity.seller, about)
    lines = [line for line in ticket.lines if not line.voided]
    nets: dict[tuple[str, int], int] = defaultdict(int)
    taxes: dict[tuple[str, int], int] = defaultdict(int)
    for line in lines:
        nets[_category(line)] += sign * line.net
        taxes[_category(line)] += sign * line.vat_amount
    reason = _UNTAXED if any(map(untaxed, lines)) else _EXEMPT
    for category, rate in sorted(nets):
        yield _node(
            "ram:ApplicableTradeTax",
            _node("ram:CalculatedAmount", _cents(taxes[category, rate])),
            _node("ram:TypeCode", "VAT"),
            _node("ram:ExemptionReason", reason) if category == "E" else None,
            _node("ram:BasisAmount", _cents(nets[category, rate])),
            _node("ram:CategoryCode", category),
            _node("ram:DueDateTypeCode", chargeable)
            if chargeable and category == "S"
            else None,
            _node("ram:RateApplicablePercent", _decimal(rate, 2)),
        )
    if made.tickets:
        yield _period([each.at for each in made.tickets])
    still = sign * owed(ticket)
    # BT-9: of what is paid already it is the day on which it was.
    by = due(made.ticket_at).isoformat() if still else made.ticket_at
    yield _node("ram:SpecifiedTradePaymentTerms", _node("ram:DueDateDateTime", _date("udt", by)))
    net, tax = sum(nets.values()), sum(taxes.values())
    yield _node(
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        _node("ram:LineTotalAmount", _cents(net)),
        _node("ram:TaxBasisTotalAmount", _cents(net)),
        _node("ram:TaxTotalAmount", _cents(tax), currencyID="EUR"),
        _node("ram:GrandTotalAmount", _cents(net + tax)),
        # But for what goes to an account, all is paid, or given back, before there is a ticket.
        _node("ram:TotalPrepaidAmount", _cents(net + tax - still)),
        _node("ram:DuePayableAmount", _cents(still)),
    )
    for each in made.corrects:
        yield _node(
            "ram:InvoiceReferencedDocument",
            _node("ram:IssuerAssignedID", numbers.invoice_number(identity.terminal, each)),
            _node("ram:FormattedIssueDateTime", _date("qdt", each.issued)),
        )


def _chargeable(seller: Seller, about: Operations) -> str:
    """BT-8 (UNTDID 2475), of services: VAT is due once paid (72), or by option on invoice (5).

    It is of a whole rate, and so says nothing where goods are at the same one.
    """
    if about is not Operations.SERVICES:
        return ""
    return "5" if seller.debits else "72"


def _date(space: str, at: str) -> Element:
    return _node(f"{space}:DateTimeString", f"{datetime.fromisoformat(at):%Y%m%d}", format="102")


def _price(line: TicketLine) -> str:
    """Without VAT, of one unit, in millionths of a euro: no quantity of a till rounds it wrong."""
    if not line.quantity:
        return "0.00"
    return _decimal(divide(abs(line.net) * 10_000 * ONE, abs(line.quantity)), 6)


def _cents(amount: int) -> str:
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def _decimal(number: int, places: int) -> str:
    """A number of so many decimal places, with no needless zeros."""
    whole, part = divmod(abs(number), 10**places)
    decimals = f"{part:0{places}d}".rstrip("0")
    return ("-" if number < 0 else "") + str(whole) + (f".{decimals}" if decimals else "")
