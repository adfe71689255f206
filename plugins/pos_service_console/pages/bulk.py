"""Many prices at once: so much per cent or so many cents on a family or on all, rounded."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

from msgspec import Struct

from pos_service_console import frame
from pos_service_console.catalogue import Read, with_cells
from pos_terminal.domain.catalog.catalog import Item
from pos_terminal.domain.events.values import VoucherPurpose
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, tag
from pos_terminal.domain.money import WHOLE, divide
from pos_terminal.domain.notation import euros
from pos_terminal.domain.quantity import decimal

STEPS = (1, 5, 10, 50, 100)
"""Cents that a new price is rounded to."""

TOO_MUCH = 10_000_00
"""Hundredths: a barcode that was scanned into the field is none of them."""


class Bulk(Struct, frozen=True):
    """By how much, in hundredths of a per cent or in cents; of one family, or of all where that is
    empty.
    """

    family: str
    by: int
    percent: bool
    step: int

    @classmethod
    def typed(cls, form: Mapping[str, str]) -> "Bulk":
        """What a form says. ValueError in its words."""
        wrong = say("De combien ? Comme 5, -2,5 ou 0,10.")
        try:
            by = decimal(form.get("by", "").strip(), 2)
        except ValueError as error:
            raise ValueError(wrong) from error
        step = form.get("step", "")
        if abs(by) >= TOO_MUCH or step not in map(str, STEPS):
            raise ValueError(wrong)
        return cls(form.get("family", ""), by, form.get("kind") == "percent", int(step))

    def changed(self, cents: int) -> int:
        """A price anew, in cents, to the nearest step, half a step up."""
        wanted, of = (cents * (WHOLE + self.by), WHOLE) if self.percent else (cents + self.by, 1)
        return divide(wanted, of * self.step) * self.step

    def takes(self, item: Item) -> bool:
        """Whether it is an article whose price is one: a deposit and a voucher are worth what they
        are.
        """
        ours = not self.family or item.family == self.family
        return ours and not item.returnable and item.voucher is VoucherPurpose.NONE


def repriced(read: Read, bulk: Bulk, day: date) -> bytes:
    """The same table with those prices, of the rows that hold on that day. ValueError."""
    cells, priced = {}, cache(_price)  # one for all of a price: fifty thousand would be 12 MiB
    for item, cents in _priced(read, bulk, day):
        made = bulk.changed(cents)
        if made <= 0:
            raise ValueError(say("{name} ne coûterait plus rien.", name=item.name))
        if made != cents:
            cells[item.plu] = priced(made)
    return with_cells(read.source, cells, day)


def _price(cents: int) -> dict[str, str]:
    return {"price": euros(cents)}


def _priced(read: Read, bulk: Bulk, day: date) -> Iterator[tuple[Item, int]]:
    for item in read.items():
        price = item.listed(day)
        if price and price.cents and bulk.takes(item):
            yield item, price.cents


def families(read: Read) -> list[str]:
    """All that there are."""
    return sorted({each.family for each in read.items() if each.family})


def chosen(names: list[str], known: str) -> Markup:
    """A family to be chosen, or all."""
    every = tag("option", say("Toutes"), value="")
    options = (tag("option", each, value=each, selected=each == known) for each in names)
    return tag("label", say("Famille"), tag("select", every, *options, name="family"))


def drawn(token: str, base: str, names: list[str], known: Mapping[str, str]) -> Markup:
    """The form; `base` is the catalogue that it was made from."""
    kinds = (("percent", "%"), ("euros", "€"))
    kind, step = known.get("kind", ""), known.get("step", "5")
    fields = tag(
        "div",
        chosen(names, known.get("family", "")),
        tag("label", say("De combien"),
            tag("input", name="by", value=known.get("by", ""), inputmode="text", required=True,
                autocomplete="off", placeholder="5")),
        tag("label", say("En"), tag("select", *(
            tag("option", sign, value=name, selected=name == kind) for name, sign in kinds
        ), name="kind")),
        tag("label", say("Arrondi à"), tag("select", *(
            tag("option", f"{euros(each)} €", value=str(each), selected=str(each) == step)
            for each in STEPS
        ), name="step")),
        class_="fields",
    )  # fmt: skip
    told = say("Un signe moins baisse les prix. Ni les consignes, ni les bons, ni les prix du "
               "personnel et des professionnels ne changent.")  # fmt: skip
    return frame.card(frame.form(
        "/articles/bulk", token, fields, tag("input", type="hidden", name="base", value=base),
        tag("p", told, class_="small"), tag("button", say("Voir les changements")),
    ))  # fmt: skip
