"""What can be asked of the personal store during a sale, and what it answers. Pure.

A question goes the way of a look-up in the past (domain/lookup/questions.py); nothing of an answer
but the pseudonym ever stands in a record.
"""

from datetime import date

from msgspec import Struct

HIGHEST = 999_999
"""The highest customer number: with the key CLIENT it fits a command barcode."""


class CustomerWanted(Struct, frozen=True):
    """The customer of this number: a `Customer`; None where there is none."""

    number: int


class BuyerSealed(Struct, frozen=True):
    """Keep a customer's details as they are now, as an invoice's evidence: a `Buyer`.

    They are kept as item `details` of the person for ten years from `year_end`. Asked for again,
    what was kept first is the answer. None: nothing is held of such a customer any more.
    """

    customer: "Customer"
    details: str
    year_end: date


class BuyerWanted(Struct, frozen=True):
    """The details that an invoice was made with: a `Buyer`; None once their ten years are over."""

    person: str
    details: str


class ContactsWanted(Struct, frozen=True):
    """How these people can be reached, by their pseudonyms: `Contacts`."""

    people: tuple[str, ...]


class Customer(Struct, frozen=True):
    """A customer is there: the number, and the pseudonym under which the details lie."""

    number: int
    person: str


class Buyer(Struct, frozen=True, repr_omit_defaults=True):
    """Who an invoice is made out to. None of it stands in any text that is made of this."""

    name: str
    address: str
    siret: str = ""
    vat: str = ""

    def __repr__(self) -> str:
        return "Buyer(...)"


class Contact(Struct, frozen=True, repr_omit_defaults=True):
    """A name and a telephone number. None of it stands in any text that is made of this."""

    person: str
    name: str = ""
    telephone: str = ""

    def __repr__(self) -> str:
        return "Contact(...)"


class Contacts(Struct, frozen=True):
    """Whoever of those asked for is still known."""

    contacts: tuple[Contact, ...]


PersonsWanted = CustomerWanted | BuyerSealed | BuyerWanted | ContactsWanted
PersonsAnswer = Customer | Buyer | Contacts


def item_name(number: int) -> str:
    """How the personal store calls the details of the customer of this number."""
    return f"client-{number}"


def customer_number(name: str) -> int:
    """The number in such a name; 0 for a name of anything else."""
    number = name.removeprefix("client-")
    return int(number) if number != name and number.isdigit() else 0


CUSTOMER = "client"
"""The purpose of a customer's details."""

INVOICE = "facture"
"""The purpose of the details that an invoice was made with."""


def details_name(series: str, number: int) -> str:
    """How the personal store calls the details of the invoice of this ticket."""
    return f"facture-{series.lower()}-{number}"
