"""An outsider who adds a shop up from its records alone: the JSON, exact fractions, and the law.

Nothing of pos_terminal is used here. What it states (turnover, VAT by rate, money held, drawers,
stock, accounts) is reckoned from the lines of closed tickets and from what moved beside them; sums
that a record repeats are held to that, and never taken over.
"""

import json
from collections import Counter, defaultdict
from fractions import Fraction
from math import floor
from typing import Any

Body = dict[str, Any]

TENDERS = {
    "CASH": "530000", "CARD": "511500", "MANUAL": "511500", "CHEQUE": "511200",
    "TR": "511700", "VOUCHER": "419700", "AVOIR": "419700",
    "ARRHES": "419110", "DONATION": "467100", "ACCOUNT": "411000",
}  # fmt: skip
MOVES = {"float": "530100", "drop": "530100", "bank": "580000", "in": "471000", "out": "471000"}


def half_away(exact: Fraction) -> int:
    """The nearest whole number of cents, halves away from zero."""
    return floor(abs(exact) + Fraction(1, 2)) * (1 if exact >= 0 else -1)


def rate_name(rate: int) -> str:
    """«055» for 5.5 %."""
    return f"{rate // 10:03d}" if rate % 10 == 0 else f"{rate:04d}"


def pieces(line: Body) -> int:
    """Articles as a customer counts them: weighed goods are one, an option is none."""
    if line["parent"] or line["voucher"]:  # held lines, a debt that is paid too, never get here
        return 0
    count = -(-abs(line["quantity"]) // 1000) if line["unit"] == "piece" else 1
    return count if line["quantity"] > 0 else -count


class Span:
    """What came in a service, a day or a month."""

    def __init__(self) -> None:
        self.tickets = self.baskets = self.turnover = self.refunds = self.absolute = 0
        self.held = self.pieces = 0
        self.vat: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
        self.tenders: Counter[str] = Counter()
        self.clerks: Counter[int] = Counter()
        self.families: Counter[str] = Counter()
        self.hours: Counter[int] = Counter()
        self.cash: Counter[str] = Counter()
        self.articles: Counter[str] = Counter()
        self.drops: list[tuple[int, int, int, int]] = []

    def add(self, other: "Span") -> None:
        """A shorter span that belongs to this one."""
        for name in ("tickets", "baskets", "turnover", "refunds", "absolute", "held", "pieces"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for rate, sums in other.vat.items():
            self.vat[rate] = [a + b for a, b in zip(self.vat[rate], sums, strict=True)]
        for name in ("tenders", "families", "clerks", "hours", "cash", "articles"):
            getattr(self, name).update(getattr(other, name))
        self.drops += other.drops

    def said(self) -> Body:
        """The same as a closure says it."""
        return {
            "tickets": self.tickets,
            "baskets": self.baskets,
            "refunds": self.refunds,
            "net": self.turnover,
            "absolute": self.absolute,
            "vat": {rate: sums for rate, sums in self.vat.items() if any(sums)},
            "tenders": _kept(self.tenders),
            "clerks": _kept(self.clerks),
            "families": _kept(self.families),
            "hours": _kept(self.hours),
            "movements": _kept(self.cash),
            "cash": sum(self.cash.values()),
            "pieces": self.pieces,
        }


def _kept(sums: Counter[Any]) -> Body:
    return {name: cents for name, cents in sums.items() if cents}


def heard(totals: Body) -> Body:
    """What a closure says, in the same shape."""
    parts = totals["parts"]
    rows = {
        "tenders": {each["tender"]: each["amount"] for each in totals["tenders"]},
        "clerks": {each["operator"]: each["net"] for each in parts["operators"]},
        "families": {each["family"]: each["gross"] for each in parts["families"]},
        "hours": {each["hour"]: each["net"] for each in parts["hours"]},
        "movements": {each["what"]: each["amount"] for each in parts["movements"]},
    }
    return {
        **{name: totals[name] for name in
           ("tickets", "refunds", "net", "absolute", "cash")},
        "baskets": parts["baskets"],
        "vat": {r["rate"]: sums for r in totals["vat"]
                if any(sums := [r["gross"], r["net"], r["vat"]])},
        **{name: _kept(Counter(found)) for name, found in rows.items()},
        "pieces": sum(each["pieces"] for each in parts["families"]),
    }


class Outsider:
    """Reads one record after the other; `wrong` has all that did not agree."""

    def __init__(self) -> None:
        # A day is made of its services, a month of its days: each is added once it is over.
        self.section, self.day, self.month = Span(), Span(), Span()
        self.closed: list[tuple[str, int, Span]] = []
        self.ever = [0, 0]
        self.drawers: Counter[int] = Counter()
        self.gaps: dict[int, int] = {}
        self.brought: dict[int, int] = {}
        self.month_gaps: Counter[int] = Counter()
        self.record = self.minute = 0
        self.by_hand = [0, 0]
        self.vouchers: Counter[str] = Counter()
        self.deposits: Counter[tuple[str, str, int]] = Counter()
        self.advance: Counter[str] = Counter()
        self.orders: dict[str, Body] = {}
        self.owed: Counter[str] = Counter()
        self.said_owed: Counter[str] = Counter()
        self.accounts: Counter[str] = Counter()
        self.open_day: Counter[str] = Counter()
        self.stock: defaultdict[str, Fraction] = defaultdict(Fraction)
        self.returned: Counter[tuple[str, int, int]] = Counter()
        self.lines: dict[tuple[str, int, int], Body] = {}
        self.tickets = 0
        self.asked: dict[str, Body] = {}
        self.cards: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self.wrong: list[str] = []

    def take(self, record: bytes) -> None:
        """The next record."""
        envelope = json.loads(record)
        body, kind = envelope["body"], envelope["kind"]
        handler = {
            "sale.closed": self._ticket,
            "voucher.moved": self._voucher,
            "deposit.moved": self._deposit,
            "account.moved": self._account,
            "order.noted": self._order,
            "order.agreed": self._order,
            "cash.moved": self._cash,
            "cash.counted": self._count,
            "payment.changed": self._changed,
            "outage.started": self._down,
            "outage.ended": self._up,
            "stock.moved": self._stock,
            "payment.intended": self._intended,
            "payment.answered": self._answered,
            "payment.decided": self._decided,
            "tender.taken": self._tendered,
            "tender.returned": self._tendered,
        }.get(kind)
        self.record, at = envelope["seq"], envelope["at"]
        self.minute = int(at[11:13]) * 60 + int(at[14:16])
        if kind == "period.closed":
            self._closed(body)
        elif kind == "service.closed":
            self._service(body)
        elif kind == "period.reported":
            self._same("X", heard(body["totals"]), self.today().said())
        elif kind == "order.ended":
            del self.orders[body["order"]]
        elif handler and body.get("series") != "F":
            handler(body, envelope["op"])
        total = envelope["total"]
        self._same("perpetual totals", [total["net"], total["abs"]], self.ever)

    def _same(self, what: str, said: object, mine: object) -> None:
        if said != mine:
            self.wrong.append(f"{what}: {said}, and not {mine}")

    @property
    def every(self) -> Counter[str]:
        """The accounts with what the running day adds to them."""
        sums = Counter(self.accounts)
        sums.update(self.open_day)
        return sums

    def today(self) -> Span:
        """The running day so far."""
        day = Span()
        day.add(self.day)
        day.add(self.section)
        return day

    def _ticket(self, body: Body, clerk: int) -> None:
        self.tickets += 1
        before = sum(self.advance.values())
        live = [line for line in body["lines"] if not line["voided"]]
        name = f"ticket {body['number']}"
        self._accounts_agree(name)
        turnover, rates = self._lines(body, live)
        vat = {rate: half_away(Fraction(gross * rate, 10_000 + rate)) + booked
               for rate, (_, gross, booked) in rates.items()}  # fmt: skip
        said = {each["rate"]: (each["gross"], each["vat"]) for each in body["vat"]}
        self._same(f"{name}: VAT", said, {r: (rates[r][0], vat[r]) for r in sorted(rates)})
        self._same(f"{name}: turnover", body["turnover"], turnover)
        total = sum(line["gross"] for line in live)
        self._same(f"{name}: total", body["total"], total)
        self._same(f"{name}: paid", sum(paid["amount"] for paid in body["tenders"]), total)
        came = sum(line["gross"] for line in live if line["gross"] < 0 and not line["voucher"]
                   and (line["back"] or not line["order"]))  # fmt: skip
        out = sum(min(paid["amount"], 0) for paid in body["tenders"] if not paid["beneficiary"])
        went = sum(each["amount"] for each in body["exchanged"])
        self._same(f"{name}: exchanged", went, out - came)
        day = self.section
        taken = body["taken_at"]
        day.hours[int(taken[11:13]) if taken else self.minute // 60] += turnover
        if taken:
            self.by_hand = [self.by_hand[0] + 1, self.by_hand[1] + total]
        day.tickets, day.turnover = day.tickets + 1, day.turnover + turnover
        day.refunds, day.absolute = day.refunds + (turnover < 0), day.absolute + abs(turnover)
        day.clerks[clerk] += turnover
        for rate, cents in vat.items():
            gross = rates[rate][0]
            for place, part in enumerate((gross, gross - cents, cents)):
                day.vat[rate][place] += part
            self.open_day[f"707{rate_name(rate)}"] -= gross - cents
            self.open_day[f"44571{rate_name(rate)}"] -= cents
        self.ever = [self.ever[0] + turnover, self.ever[1] + abs(turnover)]
        for paid in body["tenders"]:
            day.tenders[paid["tender"]] += paid["amount"]
            self.open_day[TENDERS[paid["tender"]]] += paid["given"]
            self.open_day["530000"] -= paid["change"]
            cash = paid["amount"] if paid["tender"] == "CASH" else -paid["change"]
            self.drawers[body["drawer"]] += cash
            self._prepaid(paid)
        day.held += sum(self.advance.values()) - before

    def _prepaid(self, paid: Body) -> None:
        """What a ticket takes of money that was held, or adds to it as a credit note."""
        if paid["voucher"] or paid["tender"] == "AVOIR":
            self.advance["vouchers"] -= paid["amount"]
        elif paid["order"]:
            self.advance["arrhes"] -= paid["amount"]
        elif paid["tender"] == "ACCOUNT":
            self.owed[paid["account"]] += paid["amount"]

    def _lines(self, body: Body, live: list[Body]) -> tuple[int, dict[int, list[int]]]:
        """The turnover; and by rate the gross, what of it is reckoned, and what was booked."""
        turnover, buys = 0, False
        rates: dict[int, list[int]] = {}
        for line in live:
            place = (body["series"], body["number"], line["line"])
            self.lines[place] = line
            gross, tax = line["gross"], line["tax"]
            if line["account"]:
                self.owed[line["account"]] -= gross
                self.open_day["411000"] -= gross
                continue
            held = ("vouchers" if line["issues"] == "multi" else "packaging"
                    if line["returnable"] else line["deposit"])  # fmt: skip
            if line["of"]:
                self._came_back(body, line)
            if held != "acompte" and held:
                self.advance[held] += gross
                role = {"vouchers": "419700", "packaging": "419600", "arrhes": "419110"}[held]
                self.open_day[role] -= gross
                continue
            sums = rates.setdefault(line["vat"], [0, 0, 0])
            sums[0] += gross
            sums[1] += gross if tax is None else 0
            sums[2] += tax or 0
            if held == "acompte":
                self.advance[held] += gross
                self.open_day[f"707{rate_name(line['vat'])}"] += line["net"]
                self.open_day["419100"] -= line["net"]
            else:
                turnover += gross
                self.section.families[line["family"]] += gross
                self.section.pieces += pieces(line)
                self.section.articles[line["plu"]] += 0 if line["voucher"] else gross
                buys = buys or pieces(line) > 0
        self.section.baskets += buys
        return turnover, rates

    def _came_back(self, body: Body, line: Body) -> None:
        """Never more than was paid, of the line and of all that its ticket sold of the article."""
        of = line["of"]
        place = (of["series"], of["number"], of["line"])
        self.returned[place] -= line["gross"]
        sold = self.lines[place]
        if sold["issues"] or sold["voucher"] or sold["order"] or sold["account"]:
            self.wrong.append(f"{place}: {sold['name']} came back, and is no goods")
        if not 0 <= self.returned[place] <= sold["gross"]:
            self.wrong.append(f"{place}: {self.returned[place]} came back of {sold['gross']}")
        mine = [p for p, each in self.lines.items() if p[:2] == place[:2]
                and each["plu"] == sold["plu"]]  # fmt: skip
        paid = sum(self.lines[p]["gross"] for p in mine if not self.lines[p]["of"])
        back = sum(self.returned[p] for p in mine)
        if back > max(paid, 0):
            self.wrong.append(f"{place}: {back} of article {sold['plu']}, paid {paid}")

    def _voucher(self, body: Body, _: int) -> None:
        self.vouchers[body["voucher"]] += body["amount"]
        if self.vouchers[body["voucher"]] < 0:
            self.wrong.append(f"voucher {body['voucher']} is worth less than nothing")
        if body["purpose"] == "multi" and not body["number"]:
            self.advance["vouchers"] += body["amount"]
            self.open_day["419700"] -= body["amount"]
            self.open_day["758000" if body["amount"] < 0 else "658000"] += body["amount"]

    def _deposit(self, body: Body, _: int) -> None:
        deposit = (body["order"], body["nature"], body["vat"])
        self.deposits[deposit] += body["amount"]
        if self.deposits[deposit] < 0:
            self.wrong.append(f"{deposit} holds less than nothing")

    def _order(self, body: Body, _: int) -> None:
        """What an open order wants: article by article, for whom, when."""
        order = self.orders.setdefault(
            body["order"], {"articles": Counter(), "person": "", "wanted": ""}
        )
        if "plu" in body:
            # Nobody owes the shop an article: less than none is none.
            there = order["articles"][body["plu"]] + body["quantity"]
            order["articles"][body["plu"]] = max(there, 0)
            return
        for name in ("person", "wanted"):
            order[name] = body[name] or order[name]

    def _account(self, body: Body, _: int) -> None:
        self.said_owed[body["person"]] += body["amount"]

    def _accounts_agree(self, name: str) -> None:
        """Behind all that a ticket moved: one may pay a debt and make another."""
        self._same(f"accounts before {name}", _kept(self.said_owed), _kept(self.owed))

    def _cash(self, body: Body, _: int) -> None:
        drawer, amount, movement = body["drawer"], body["amount"], body["movement"]
        self.drawers[drawer] += amount
        reason = "" if movement == "drop" else body["reason"]
        self.section.cash[f"{movement} {reason}".rstrip()] += amount
        if movement == "drop":
            self.section.drops.append((self.record, drawer, self.minute, amount))
        self.open_day["530000"] += body["amount"]
        self.open_day[MOVES[body["movement"]]] -= body["amount"]

    def _count(self, body: Body, _: int) -> None:
        self._same("expected", body["expected"], self.drawers[body["drawer"]])
        self.gaps[body["drawer"]] = body["counted"] - body["expected"]

    def _changed(self, body: Body, _: int) -> None:
        """A ticket was paid otherwise than was said."""
        for sign, tender in ((-1, body["from_tender"]), (1, body["to_tender"])):
            amount = sign * body["amount"]
            self.section.tenders[tender] += amount
            self.open_day[TENDERS[tender]] += amount
            self.drawers[body["drawer"]] += amount if tender == "CASH" else 0

    def _intended(self, body: Body, _: int) -> None:
        """No reference twice: a terminal could take the second for the first."""
        if body["ref"] in self.asked:
            self.wrong.append(f"{body['ref']} was asked for twice")
        self.asked[body["ref"]] = body

    def _answered(self, body: Body, _: int) -> None:
        sign = 1 if self.asked[body["ref"]]["service"] == "purchase" else -1
        if body["outcome"] == "paid":
            self.cards[body["ref"]] += sign * body["amount"]

    def _decided(self, body: Body, _: int) -> None:
        sign = 1 if self.asked[body["ref"]]["service"] == "purchase" else -1
        self.cards[body["ref"]] += sign * body["amount"]

    def _tendered(self, body: Body, _: int) -> None:
        if body["card"] and body["card"]["reference"]:
            self.taken[body["card"]["reference"]] += body["given"]

    def settled(self) -> dict[str, int]:
        """What cards moved by the answers, a reversal on what it undid: as the tenders must say."""
        sums: Counter[str] = Counter()
        for ref, cents in self.cards.items():
            original = self.asked[ref]["original"]
            undone = self.asked[ref]["service"] == "reversal"
            sums[original["reference"] if undone else ref] += cents
        return {ref: cents for ref, cents in sums.items() if cents}

    def _down(self, _: Body, __: int) -> None:
        self.by_hand = [0, 0]

    def _up(self, body: Body, _: int) -> None:
        self._same("entered afterwards", [body["tickets"], body["total"]], self.by_hand)

    def _stock(self, body: Body, _: int) -> None:
        self.stock[body["plu"]] += Fraction(body["numerator"], body["denominator"])

    def _service(self, body: Body) -> None:
        name = f"service {body['number']}"
        self._same(name, heard(body["totals"]), self.section.said())
        self._same(f"{name}: drops", _drops(body["totals"]), self.section.drops)
        for each in body["totals"]["parts"]["drawers"]:
            ends = each["brought"] + each["taken"] + each["moved"]
            self._same(f"{name}: drawer {each['drawer']}", ends, self.drawers[each["drawer"]])
        self.day.add(self.section)
        self.section = Span()

    def _closed(self, body: Body) -> None:
        day = body["period"] == "day"
        span = self.today() if day else self.month
        name = f"{body['period']} {body['number']}"
        self._accounts_agree(name)
        self._same(name, heard(body["totals"]), span.said())
        self._same(f"{name}: ever", [body["net_ever"], body["absolute_ever"]], self.ever)
        self.closed.append((body["period"], body["number"], span))
        if day:
            self._same(f"{name}: drops", _drops(body["totals"]), span.drops)
            self._day_over(name, span, body["totals"]["parts"]["drawers"])
            return
        rows = body["totals"]["parts"]["drawers"]
        gaps = {each["drawer"]: each["gap"] for each in rows if each["gap"]}
        self._same(f"{name}: gaps", gaps, _kept(self.month_gaps))
        for each in rows:
            self._same(f"{name}: of no day", [each["brought"], each["counted"]], [0, 0])
        self.month = Span()
        self.month_gaps.clear()

    def _day_over(self, name: str, span: Span, rows: list[Body]) -> None:
        for drawer, gap in self.gaps.items():
            self.drawers[drawer] += gap
            self.open_day["530000"] += gap
            self.open_day["758000" if gap > 0 else "658000"] -= gap
        said = {
            each["drawer"]: (each["brought"], each["gap"],
                             each["brought"] + each["taken"] + each["moved"] + each["gap"])
            for each in rows
        }  # fmt: skip
        mine = {
            drawer: (self.brought.get(drawer, 0), self.gaps.get(drawer, 0), self.drawers[drawer])
            for drawer in said
        }
        self._same(f"{name}: drawers", said, mine)
        if sum(self.open_day.values()):
            self.wrong.append(f"the day's accounts are off by {sum(self.open_day.values())}")
        self.accounts.update(self.open_day)
        # Each evening the account of cash holds what lies in the drawers.
        self._same(f"{name}: 530000", self.accounts["530000"], sum(self.drawers.values()))
        self.month.add(span)
        self.month_gaps.update(self.gaps)
        self.section, self.day, self.gaps = Span(), Span(), {}
        self.brought = dict(self.drawers)
        self.open_day.clear()


def _drops(totals: Body) -> list[tuple[int, int, int, int]]:
    rows = totals["parts"]["drops"]
    return [(r["record"], r["drawer"], r["minute"], r["amount"]) for r in rows]
