"""What vouchers and credit notes are still worth, by the records that moved them."""

from typing import Any

from pos_terminal.verifier.in_force import TRAINING
from pos_terminal.verifier.messages import Bad, Take


class Vouchers:
    """Holds each voucher to what was put on it: none pays more.

    `whole`: from record 1 on, so that one that nobody issued is worth nothing. Else it may have
    been issued before, and only what is seen to be issued is held to.
    """

    def __init__(self, *, whole: bool) -> None:
        self._whole = whole
        self._left: dict[tuple[str, str], int] = {}
        self.takes: dict[str, Take] = {"voucher.moved": self._moved}

    def _moved(self, seq: int, body: "dict[str, Any]") -> None:
        name, amount = (body["voucher"], body["purpose"]), body["amount"]
        if body["series"] == TRAINING or not (self._whole or name in self._left or amount > 0):
            return
        left = self._left.get(name, 0) + amount
        if left < 0:
            raise Bad("voucher", body["voucher"], seq=seq)
        self._left[name] = left
        if self._whole and not left:
            del self._left[name]  # memory is for those that can still pay
