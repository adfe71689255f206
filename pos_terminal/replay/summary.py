"""What a replay comes to: sums from the journal, rows refused, and how fast the terminal was."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pos_terminal.domain.language import labelled, say
from pos_terminal.domain.notation import euros, percent
from pos_terminal.replay.clerk import Latencies
from pos_terminal.replay.record_sums import RecordSums, Vat
from pos_terminal.replay.tickets import Refusal

SHOWN = 20
"""Refused rows that the readable summary lists; --json has them all."""


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Milliseconds that half of the cases, and 99 in 100, did not exceed; None without cases."""

    p50: float | None
    p99: float | None

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Quantiles":
        """By nearest rank."""
        if not seconds:
            return cls(None, None)
        ordered = sorted(seconds)

        def rank(percent: int) -> float:
            return round(1000 * ordered[-(-len(ordered) * percent // 100) - 1], 3)

        return cls(rank(50), rank(99))


@dataclass(frozen=True, slots=True)
class ReplaySummary:
    """A file as journaled, and this run's latencies. Amounts in cents, rates in basis points."""

    tickets: int
    lines: int
    total_cents: int
    by_vat: Mapping[int, Vat]
    refused: Sequence[Refusal]
    key_to_display: Quantiles
    key_to_durable: Quantiles
    printed_receipts: int

    @classmethod
    def of(
        cls, sums: RecordSums, refused: Sequence[Refusal], latencies: Latencies
    ) -> "ReplaySummary":
        """The summary of what the records add up to."""
        return cls(
            tickets=sums.tickets,
            lines=sums.lines,
            total_cents=sums.total,
            by_vat=dict(sorted(sums.by_vat.items())),
            refused=refused,
            key_to_display=Quantiles.of(latencies.display),
            key_to_durable=Quantiles.of(latencies.durable),
            printed_receipts=sums.printed,
        )

    def as_json(self) -> dict[str, object]:
        """The one object that --json prints (docs/replay.md)."""
        return {
            "tickets": self.tickets,
            "lines": self.lines,
            "total_cents": self.total_cents,
            "by_vat": {percent(rate, mark="."): sums for rate, sums in self.by_vat.items()},
            "refused": self.refused,
            "latency_ms": {
                "key_to_display": self.key_to_display,
                "key_to_durable": self.key_to_durable,
            },
            "printed_receipts": self.printed_receipts,
        }

    def as_text(self) -> Iterator[str]:
        """The same for a person, line by line."""
        yield f"{say('Tickets'):<18} {self.tickets:>14}"
        yield f"{say('Lignes'):<18} {self.lines:>14}"
        yield f"{say('Tickets imprimés'):<18} {self.printed_receipts:>14}"
        yield f"{say('Total'):<16} {euros(self.total_cents):>14} €"
        if self.by_vat:
            yield ""
            yield f"{say('TVA'):>7} {say('TTC'):>14} {say('HT'):>14} {say('TVA'):>12}"
            for rate, sums in self.by_vat.items():
                figures = f"{euros(sums.gross):>14} {euros(sums.net):>14} {euros(sums.vat):>12}"
                yield f"{percent(rate):>5} % {figures}"
        yield ""
        yield f"{say('Délais'):<18} {say('médiane'):>10} {'99 %':>10}"
        yield _latency(say("touche - afficheur"), self.key_to_display)
        yield _latency(say("touche - disque"), self.key_to_durable)
        if self.refused:
            yield ""
            yield say("lignes refusées : {count}", count=len(self.refused))
            for refusal in self.refused[:SHOWN]:
                ticket = f", ticket {refusal.ticket_number}" if refusal.ticket_number else ""
                place = say("ligne {line}", line=refusal.line)
                yield f"  {labelled(f'{place}{ticket}', refusal.reason)}"
            if len(self.refused) > SHOWN:
                more = len(self.refused) - SHOWN
                yield f"  {say('et {n} autres (--json les donne tous)', n=more)}"


def _latency(what: str, quantiles: Quantiles) -> str:
    figures = (
        f"{ms:7.1f} ms" if ms is not None else f"{'-':>10}" for ms in (quantiles.p50, quantiles.p99)
    )
    return f"{what:<18} {' '.join(figures)}"
