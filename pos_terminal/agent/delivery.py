"""When a message of an outbox is tried, and when it is given up. Pure; times are µs UTC."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

UNKNOWN = "nobody knows how the last attempt ended"
"""Of one that is under way, or ended with the agent."""


class Message(Struct, frozen=True, kw_only=True):
    """Something for the world outside. `id` is the same at every attempt, so that it can be told
    apart there from another; `due` is when it is tried next, `error` what the last attempt said.
    """

    id: str
    topic: str
    body: bytes
    made: int
    due: int
    attempts: int = 0
    error: str = ""


class DeliveryRules(Struct, frozen=True, kw_only=True):
    """How one topic is delivered. `pauses` are seconds behind each failed attempt, the last one
    repeats; `an_hour` is how many may be delivered in an hour, None for any number; `patience` is
    how many seconds one attempt may take.
    """

    pauses: tuple[float, ...] = (10, 60, 5 * 60, 15 * 60, 3600)
    an_hour: int | None = None
    patience: float = 60


ORDINARY = DeliveryRules()


class Limits(Struct, frozen=True):
    """What an outbox holds at most: messages, and bytes of their bodies."""

    messages: int = 1000
    bytes: int = 16 << 20


def failed(message: Message, error: str, rules: DeliveryRules, now: int) -> Message:
    """After an attempt that did not succeed, or of which nobody knows."""
    pause = rules.pauses[min(message.attempts, len(rules.pauses) - 1)]
    return replace(
        message, attempts=message.attempts + 1, error=error, due=now + round(pause * SECOND)
    )


def is_due(message: Message, rules: DeliveryRules, now: int) -> bool:
    """Whether to try it. One that would wait for longer than it may was given a clock's wrong time.

    A box without a battery starts in another year, and is set right once it has a network.
    """
    return message.due <= now or message.due - now > round(max(rules.pauses) * SECOND)


def has_room(delivered: Iterable[int], rules: DeliveryRules, now: int) -> bool:
    """Whether another may be delivered within the hour; `delivered` are moments of the latest."""
    if rules.an_hour is None:
        return True
    return sum(0 <= now - moment < HOUR for moment in delivered) < rules.an_hour


def waits(message: Message, rules: DeliveryRules, now: int) -> float:
    """Seconds until it is due, 0 when it is."""
    return 0.0 if is_due(message, rules, now) else (message.due - now) / SECOND
