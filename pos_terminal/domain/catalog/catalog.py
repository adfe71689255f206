"""What the shop sells: articles with dated prices and VAT, found by PLU or barcode."""

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction

from msgspec import Struct

from pos_terminal.domain.catalog.goods import ORDINARY, Goods
from pos_terminal.domain.codes.barcode import Measure, Pattern, key_of, keys_of, read_label
from pos_terminal.domain.dated import Dated
from pos_terminal.domain.events.values import Place, PriceList, VoucherPurpose
from pos_terminal.domain.quantity import ONE, Price, Unit


class Choice(Struct, frozen=True):
    """What makes an article an option: its group, and the families and PLUs that may have it.

    Without `takers` every article may. Of a `forced` group each such article must have one.
    """

    group: str
    forced: bool = False
    takers: tuple[str, ...] = ()

    def suits(self, item: "Item") -> bool:
        """Whether this article may have the option."""
        return not self.takers or item.plu in self.takers or item.family in self.takers


class Item(Struct, frozen=True, omit_defaults=True):
    """An article. `vats` are basis points; where there are none the shop's default rate holds.

    `meal_voucher` says whether these may pay for it; None leaves it to the VAT rate. `staff` and
    `pro` are other price lists, `vats_on_spot` the rates of what is consumed on the spot; `least`
    and `most` bound a price keyed by hand, in cents a unit. With a `choice` it is an option of
    others. What is `fixed` no discount and no promotion makes cheaper; `returnable` is a deposit on
    packaging, which is held until that comes back.
    `goods` is what it is beside its price: stock, parts, packing, allergens. `voucher` makes it a
    gift voucher: «multi» for anything, «single» for goods of its VAT rate.
    """

    plu: str
    name: str
    prices: Dated[Price]
    vats: Dated[int] = Dated(())
    unit: Unit = Unit.PIECE
    family: str = ""
    barcodes: tuple[str, ...] = ()
    meal_voucher: bool | None = None
    staff: Dated[Price] = Dated(())
    pro: Dated[Price] = Dated(())
    vats_on_spot: Dated[int] = Dated(())
    choice: Choice | None = None
    least: int | None = None
    most: int | None = None
    goods: Goods = ORDINARY
    voucher: VoucherPurpose = VoucherPurpose.NONE
    fixed: bool = False
    returnable: bool = False

    def listed(self, day: date, prices: PriceList = PriceList.ORDINARY) -> Price | None:
        """What it costs that day at the ordinary prices, or at staff's or professionals'."""
        special = {PriceList.STAFF: self.staff, PriceList.PRO: self.pro}.get(prices)
        return (special.on(day) if special else None) or self.prices.on(day)

    def rate(self, day: date, place: Place = Place.UNSAID) -> int | None:
        """Its VAT rate that day, on the spot or else; None: the shop's default rate."""
        if self.voucher is VoucherPurpose.MULTI:
            return 0  # it is taxed when it is used (docs/vouchers.md)
        if self.returnable:
            return 0  # it is no price (docs/catalog.md)
        on_spot = self.vats_on_spot.on(day) if place is Place.ON_SPOT else None
        return self.vats.on(day) if on_spot is None else on_spot

    @property
    def vessel(self) -> Fraction | None:
        """How much of it one bottle holds, in its unit; None where nobody knows."""
        return Fraction(1) if self.unit is Unit.PIECE else self.goods.content

    def within(self, price: Price) -> bool:
        """Whether a price that is not its own is one that the catalogue allows, for each unit.

        Exactly, not rounded: «10,00 for 1000» is a cent each, whatever one piece of it comes to.
        """
        cents = price.cents * ONE
        return (self.least is None or cents >= self.least * price.per) and (
            self.most is None or cents <= self.most * price.per
        )


class Found(Struct, frozen=True):
    """What a code stands for: an article, and the quantity or whole price that the code carries.

    `quantity` is in thousandths of the article's unit (a label's weight: grams of a kilogram);
    `cents` is the price of one labelled piece, whatever it weighs; `expires` the last minute, local
    time, in which it may be sold.
    """

    item: Item
    quantity: int | None = None
    cents: int | None = None
    expires: datetime | None = None


class Index(Struct, frozen=True):
    """Where articles stand among the items: by PLU, by the key of each barcode; and the options.

    A value like the items themselves, since making it anew takes longer than all else of a start
    with ten thousand articles (runtime/parsed_catalog.py).
    """

    plus: dict[str, int]
    codes: dict[str, int]
    options: tuple[int, ...]

    @classmethod
    def of(cls, items: Sequence[Item]) -> "Index":
        """The index of these articles; of two with one code the last counts."""
        return cls(
            {item.plu: at for at, item in enumerate(items)},
            {key_of(code): at for at, item in enumerate(items) for code in item.barcodes},
            tuple(at for at, item in enumerate(items) if item.choice),
        )


class Catalog(Struct, frozen=True):
    """The articles of one catalogue file, which its SHA-256 names in every sale.

    `items` may make each article when it is asked for; `of` takes those that are there.
    """

    sha256: str
    items: Sequence[Item]
    index: Index
    patterns: tuple[Pattern, ...] = ()

    @classmethod
    def of(
        cls, sha256: str, items: tuple[Item, ...], patterns: tuple[Pattern, ...] = ()
    ) -> "Catalog":
        """The catalogue of these articles."""
        return cls(sha256, items, Index.of(items), patterns)

    def plu(self, number: str) -> Item | None:
        """The article with this PLU; leading zeros do not count."""
        at = self.index.plus.get(number.lstrip("0") or "0")
        return None if at is None else self.items[at]

    def options(self, item: Item) -> dict[str, tuple[Item, ...]]:
        """The options that an article may have, by group, as the catalogue orders them."""
        groups: dict[str, tuple[Item, ...]] = {}
        for option in map(self.items.__getitem__, () if item.choice else self.index.options):
            if option.choice and option.choice.suits(item):
                groups[option.choice.group] = (*groups.get(option.choice.group, ()), option)
        return groups

    def code(self, code: str) -> Found | None:
        """What a scanned code stands for: a barcode as it is, else a label of the shop's scales.

        Raises CheckDigitError for a label with a wrong check digit.
        """
        for key in keys_of(code):
            if (at := self.index.codes.get(key)) is not None:
                return Found(self.items[at])
        label = read_label(code, self.patterns)
        item = self.plu(label.item) if label else None
        if label is None or item is None:
            return None
        if label.measure is Measure.PRICE:
            return Found(item, cents=label.value)
        # What is not sold by weight is one labelled piece, whatever it weighs.
        return Found(item, quantity=label.value if item.unit is Unit.KG else None)
