"""A counter whose look-ups are answered from its own events, as the projection answers them."""

from dataclasses import dataclass, field
from fractions import Fraction

from pos_terminal.domain.counter.steps import Input, LookedUp, LookUp, PrintList, Step
from pos_terminal.domain.lookup.balances import fold
from pos_terminal.domain.lookup.bottles import Bottle, follow
from pos_terminal.domain.lookup.changes import Changes
from pos_terminal.domain.lookup.questions import (
    Answer,
    BottlesFound,
    BottlesWanted,
    DaySold,
    Orders,
    OrdersWanted,
    SoldFound,
    SoldWanted,
    StockHeld,
    StockWanted,
    Wanted,
)
from pos_terminal.domain.sale.terms import ORDINARY_TERMS, Terms
from tests.support.bench import Bench, counter_of, goods

GOODS = """plu,name,price,unit,vat,family,stock,stock_unit,alert,content,part_of,part,made,allergens
1,TRADITION,"1,30",,5.5,pain,yes,,,,,,yes,gluten
2,DEMI,"0,70",,5.5,pain,,,,,1,1/2,,gluten
4,COMTE,"24,90",kg,5.5,fromage,yes,,1,,,,,lait
5,DIVERS,"1,00",,5.5,
41,COTES DU RHONE,12,,20,vin,yes,verre=1/6,12,75 cl,,,,sulfites
42,VERRE RHONE,"3,50",,20,bar,,,,,41,1/6,,
43,PICHET RHONE,11,,20,bar,,,,,41,50 cl,,
44,CARTON RHONE,66,,20,vin,,,,,41,6,,
45,PASTIS,"0,50",cl,20,bar,yes,cl,,70 cl,,,,aucun
47,MEULE,18,kg,5.5,fromage,yes,,,2 kg,,,,lait
46,DOSE PASTIS,2,,20,bar,,,,,45,2 cl,,
50,TARTE,3,,5.5,pain,yes,,2,,,,yes,gluten; oeufs; lait; fruits a coque; soja
"""


@dataclass
class Stockroom(Bench):
    """A bench that answers what is asked of the past; `lists` is what was printed."""

    lists: list[PrintList] = field(default_factory=list)
    silent: bool = False

    def put(self, given: Input) -> Step:
        """What it led to, with what the answers to its questions led to."""
        step = super().put(given)
        self.lists += [each for each in step.effects if isinstance(each, PrintList)]
        for effect in step.effects if not self.silent else ():
            if isinstance(effect, LookUp):
                then = self.put(LookedUp(effect.request, self.answer(effect.wanted)))
                step = Step((*step.events, *then.events), (*step.effects, *then.effects))
        return step

    def answer(self, wanted: Wanted) -> Answer:
        changes = Changes()
        for seq, (event, when) in enumerate(self.events, 1):
            changes.take(event, seq, 1, when.at)
        match wanted:
            case StockWanted(plus):
                stock = fold(event for event, _ in self.events).stock
                return StockHeld(tuple(each for each in stock if not plus or each.plu in plus))
            case OrdersWanted():
                return Orders(fold(event for event, _ in self.events).orders)
            case BottlesWanted(plus, since):
                every: tuple[Bottle, ...] = ()
                for event, at in changes.bottles:
                    every = follow(every, event, at)
                found = [b for b in every if not plus or b.plu in plus]
                kept = (b for b in found if not b.finished or (since and b.finished >= since))
                return BottlesFound(tuple(kept))
            case SoldWanted():
                days = {changes.days[session] for session in changes.days}
                sold = {plu: amount for (_, plu), amount in changes.sold.items()}
                return SoldFound(tuple(DaySold(day, sold) for day in days))
        raise AssertionError(wanted)

    def stock(self) -> dict[str, Fraction]:
        """What there is by PLU, by the events."""
        held = fold(event for event, _ in self.events).stock
        return {each.plu: Fraction(each.numerator, each.denominator) for each in held}


def stockroom(text: str = GOODS, terms: Terms = ORDINARY_TERMS) -> Stockroom:
    """A shop with these articles, nothing in stock yet."""
    return Stockroom(counter_of(goods(text), sales=terms))
