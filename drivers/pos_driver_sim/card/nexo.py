"""A terminal that speaks nexo Retailer 3.0 in JSON. With a `box` it wants its envelope."""

import json
from collections.abc import Callable
from typing import Any

from pos_driver_sim.card.http import HttpEnd, Line
from pos_driver_sim.card.machine import Act, Deal
from pos_terminal.domain.authorisation import Scheme, Service

Tree = dict[str, Any]
CONDITIONS = {
    Act.REFUSE: "Refusal", Act.ABANDON: "Cancel", Act.NOBODY: "Cancel", Act.WAIT: "Cancel",
}  # fmt: skip
BRANDS = {
    Scheme.CB: "cartebancaire", Scheme.VISA: "visa", Scheme.MASTERCARD: "mc", Scheme.AMEX: "amex",
    Scheme.CONECS: "conecs",
}  # fmt: skip


class NexoEnd(HttpEnd):
    """It keeps its answers by ServiceID, and repeats them; a power cut forgets what was under way.

    `tips` are cents that the customer adds, `poi` its number. `open` and `seal` are the envelope's,
    where it wants one.
    """

    driver = "nexo"

    def __init__(self) -> None:
        super().__init__()
        self.poi = "V400m-324688179"
        self.tips = 0
        self.open: Callable[[bytes], bytes] = lambda data: data
        self.seal: Callable[[bytes], bytes] = lambda data: data
        self.logins = 0
        self._orders: dict[str, tuple[Tree, Line]] = {}
        self._said: dict[str, Tree] = {}
        self._day: list[tuple[Service, int]] = []

    @property
    def table(self) -> dict[str, object]:
        """See `Machine.table`."""
        return {"poi": self.poi, "totals": True}

    def forget(self) -> None:
        """See `Machine.forget`."""
        super().forget()
        self._orders.clear()

    def asked(self, line: Line, target: str, body: bytes) -> None:
        """See `HttpEnd.asked`."""
        message = json.loads(self.open(body))["SaleToPOIRequest"]
        header = message["MessageHeader"]
        category = header["MessageCategory"]
        content = message[f"{category}Request"]
        match category:
            case "Payment" | "Reversal" if self.busy_now() or self._orders:
                self._answer(line, header, self._failure("Busy"))
            case "Payment":
                self._payment(line, header, content)
            case "Reversal":
                self._reversal(line, header, content)
            case "TransactionStatus":
                self._answer(line, header, self._status(content["MessageReference"]))
            case "Abort":
                self._answer(line, header, None)
                if content["MessageReference"]["ServiceID"] in self._orders:
                    self.withdraw()
            case "Login":
                self.logins += 1
                self._answer(line, header, {"Response": {"Result": "Success"}})
            case "Reconciliation":
                self._answer(line, header, self._totals())

    def _payment(self, line: Line, header: Tree, content: Tree) -> None:
        asked = content["PaymentTransaction"]["AmountsReq"]["RequestedAmount"]
        refund = content.get("PaymentData", {}).get("PaymentType") == "Refund"
        service = Service.REFUND if refund else Service.PURCHASE
        self._take(line, header, Deal(service, round(asked * 100), header["ServiceID"]))

    def _reversal(self, line: Line, header: Tree, content: Tree) -> None:
        number = content["OriginalPOITransaction"]["POITransactionID"]["TransactionID"]
        paid = next((each for each in self.deals if self._number_of(each) == number), None)
        deal = Deal(Service.REVERSAL, paid.cents if paid else 0, header["ServiceID"], number)
        self._take(line, header, deal)

    def _take(self, line: Line, header: Tree, deal: Deal) -> None:
        self._orders[deal.reference] = (header, line)
        self.take(deal)

    def possible(self, deal: Deal) -> bool:
        """See `Machine.possible`."""
        return deal.asked > 0

    def stored(self, deal: Deal) -> None:
        """See `Machine.stored`."""
        header, _ = self._orders[deal.reference]
        if deal.cents:
            self._day.append((deal.service, deal.cents))
        answered = self._response(header, self._outcome(deal))
        if deal.act is Act.OLDER:
            answered["MessageHeader"]["ServiceID"] = "Z000000001"
        self._said[deal.reference] = answered

    def ended(self, deal: Deal, *, told: bool) -> None:
        """See `Machine.ended`."""
        _, line = self._orders.pop(deal.reference)
        if told:
            self.answer(deal, lambda deal: self._say(line, deal))

    def _say(self, line: Line, deal: Deal) -> None:
        body = self.seal(json.dumps({"SaleToPOIResponse": self._said[deal.reference]}).encode())
        line.say(body)
        if deal.act is Act.TWICE:
            line.say(body)

    def _answer(self, line: Line, header: Tree, content: Tree | None) -> None:
        if content is None:  # Abort has no answer but that it came
            line.say(b"")
            return
        message = {"SaleToPOIResponse": self._response(header, content)}
        line.say(self.seal(json.dumps(message).encode()), chunked=True)

    @staticmethod
    def _response(header: Tree, content: Tree) -> Tree:
        said = header | {"MessageType": "Response"}
        return {"MessageHeader": said, f"{header['MessageCategory']}Response": content}

    @staticmethod
    def _failure(condition: str) -> Tree:
        return {"Response": {"Result": "Failure", "ErrorCondition": condition}}

    def _status(self, reference: Tree) -> Tree:
        if reference["ServiceID"] in self._orders:
            return self._failure("InProgress")
        said = self._said.get(reference["ServiceID"])
        if said is None:
            return self._failure("NotFound")
        inner = {key: value for key, value in said.items() if key != "MessageHeader"}
        return {
            "Response": {"Result": "Success"}, "MessageReference": reference,
            "RepeatedMessageResponse": {"MessageHeader": said["MessageHeader"],
                                        "RepeatedResponseMessageBody": inner},
        }  # fmt: skip

    @staticmethod
    def _number_of(deal: Deal) -> str:
        return f"BV0q{deal.number:015}.VK9DRSLLRCQ2WN82"

    def _outcome(self, deal: Deal) -> Tree:
        if deal.act is Act.GARBAGE:
            return {"Response": {"Result": "Success"}, "PaymentResult": {"AmountsResp": "all"}}
        if not deal.cents:
            condition = "Aborted" if deal.withdrawn else CONDITIONS.get(deal.act, "NotFound")
            return self._failure(condition)
        number = {"TransactionID": self._number_of(deal), "TimeStamp": "1970-01-01T00:00:00.000Z"}
        told: Tree = {
            "Response": {"Result": "Partial" if deal.act is Act.LESS else "Success"},
            "POIData": {"POITransactionID": number},
        }
        if deal.service is Service.REVERSAL:
            return told
        return told | {"PaymentResult": self._result(deal), "PaymentReceipt": self._receipts(deal)}

    def _result(self, deal: Deal) -> Tree:
        currency = "USD" if deal.act is Act.FOREIGN else "EUR"
        amounts: Tree = {"Currency": currency, "AuthorizedAmount": deal.cents / 100}
        if self.tips:
            amounts["TipAmount"] = self.tips / 100
        entry = "Contactless" if self.card.contactless else "ICC"
        card = {"PaymentBrand": BRANDS.get(self.card.scheme, "other"), "EntryMode": [entry],
                "MaskedPan": self.card.number}  # fmt: skip
        return {
            "AmountsResp": amounts,
            "PaymentAcquirerData": {"ApprovalCode": f"{deal.number:06}"},
            "PaymentInstrumentData": {"PaymentInstrumentType": "Card", "CardData": card},
        }

    def _receipts(self, deal: Deal) -> list[Tree]:
        lines = [
            "key=header1&name=CARTE+BANCAIRE", "key=filler",
            f"key=pan&name=Carte&value={self.card.number}",
            f"key=amount&name=MONTANT&value={deal.cents}",
        ]  # fmt: skip
        texts = [{"Text": line} for line in lines]
        return [
            {"DocumentQualifier": whose, "RequiredSignatureFlag": False,
             "OutputContent": {"OutputFormat": "Text", "OutputText": texts}}
            for whose in ("CustomerReceipt", "CashierReceipt")
        ]  # fmt: skip

    def _totals(self) -> Tree:
        kinds = {Service.PURCHASE: "Debit", Service.REFUND: "Credit",
                 Service.REVERSAL: "ReverseDebit"}  # fmt: skip
        rows = []
        for service, kind in kinds.items():
            moved = [cents for which, cents in self._day if which is service]
            if moved:
                rows.append({"TransactionType": kind, "TransactionCount": len(moved),
                             "TransactionAmount": sum(moved) / 100})  # fmt: skip
        self._day.clear()
        total = {"PaymentInstrumentType": "Card", "PaymentCurrency": "EUR", "PaymentTotals": rows}
        return {"Response": {"Result": "Success"}, "TransactionTotals": [total]}
