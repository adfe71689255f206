"""What is in force at the till, by its technical events: none of them is missing."""

from typing import Any

from pos_terminal.verifier.messages import Bad, Take

CHANGES = {
    "version": "version.changed", "configuration": "configuration.changed",
    "catalog": "catalog.changed", "promotions": "promotions.changed",
}  # fmt: skip
"""What a start says, and the record behind it that tells what has become another since the last."""

OWN = frozenset({90, 110, 220, 230, 240, 910, 921})
"""The codes of the kind `jet`; each other is that of a kind of its own."""

TRAINING = "F"
"""The series of exercises."""


class InForce:
    """Follows starts and stops, catalogues, training, breakdowns; `whole`: from record 1 on.

    What was in force before these records is not known until one says so: nothing is held to it.
    """

    def __init__(self, *, whole: bool) -> None:
        self.training: bool | None = False if whole else None
        self._after = "first" if whole else ""
        self._said: dict[str, str] = {}
        self._due: list[tuple[str, str]] = []
        self._handed: dict[str, Any] | None = None
        self._outage: tuple[str, int, int] | None = ("", 0, 0) if whole else None
        self.takes: dict[str, Take] = {
            "jet": self._event, "key.made": self._begun, "till.started": self._started,
            "till.stopped": self._stopped, "till.handed_over": self._handed_over,
            "catalog.changed": self._changed, "promotions.changed": self._changed,
            "sale.opened": self._sale, "sale.closed": self._ticket,
            "training.started": lambda seq, _: self._turned(seq, training=True),
            "training.ended": lambda seq, _: self._turned(seq, training=False),
            "outage.started": self._broke_down, "outage.ended": self._made_up,
        }  # fmt: skip

    def take(self, seq: int, kind: str, body: "dict[str, Any]") -> None:
        """Any record: the changes that a start found come right behind it, and heirs at the end."""
        if self._handed:
            self._must_be_heir(seq, kind, body)
        if self._due and kind != "signer.down":  # which comes before whatever else is recorded
            due, before = self._due.pop(0)
            if kind != due or body.get("before", before) != before:
                raise Bad("due", due, seq=seq)

    def _event(self, seq: int, body: "dict[str, Any]") -> None:
        if body["code"] not in OWN:
            raise Bad("code", body["code"], seq=seq)

    def _begun(self, _: int, body: "dict[str, Any]") -> None:
        """Where keys had signed before, somebody decided to begin anew, and said why (JET 90)."""
        if body.get("lost"):
            self._due += [("command.given", ""), ("jet", "")]

    def _started(self, seq: int, body: "dict[str, Any]") -> None:
        if self._after not in ("", body["after"]):
            raise Bad("start", body["after"], self._after, seq=seq)
        for word, kind in CHANGES.items():
            now = body.get(word, "")  # an earlier version knew of no promotions
            before = self._said.get(word, now)
            if before != now:
                self._due.append((kind, before))
            self._said[word] = now
        self._after = "crash"

    def _stopped(self, _: int, __: "dict[str, Any]") -> None:
        self._after = "stop"

    def _handed_over(self, _: int, body: "dict[str, Any]") -> None:
        self._handed = body

    def _must_be_heir(self, seq: int, kind: str, body: "dict[str, Any]") -> None:
        """Behind a handover goes on the key that it names, by its word, or one by a decision."""
        handed, self._handed = self._handed or {}, None
        agreed = handed["agreed"] if body.get("key") == handed["key"] else ""
        if kind != "key.replaced" or body["agreed"] != agreed:
            raise Bad("handed", handed["key"][:12], seq=seq)

    def _changed(self, _: int, body: "dict[str, Any]") -> None:
        self._said.update(body)

    def _sale(self, seq: int, body: "dict[str, Any]") -> None:
        if self._after == "stop":
            raise Bad("stopped", seq=seq)
        if self._said.get("catalog", body["catalog"]) != body["catalog"]:
            raise Bad("prices", seq=seq)

    def _ticket(self, seq: int, body: "dict[str, Any]") -> None:
        exercise = body["series"] == TRAINING
        if self.training not in (None, exercise):
            raise Bad("training", seq=seq)
        if self._outage and self._outage[0] and body.get("taken_at") and not exercise:
            since, tickets, total = self._outage
            self._outage = since, tickets + 1, total + body["total"]

    def _turned(self, seq: int, *, training: bool) -> None:
        if self.training is training:
            raise Bad("training", seq=seq)
        self.training = training

    def _broke_down(self, seq: int, body: "dict[str, Any]") -> None:
        if self._outage and self._outage[0]:
            raise Bad("outage", seq=seq)
        self._outage = body["since"], 0, 0

    def _made_up(self, seq: int, body: "dict[str, Any]") -> None:
        if self._outage not in (None, (body["since"], body["tickets"], body["total"])):
            raise Bad("outage", seq=seq)
        self._outage = "", 0, 0
