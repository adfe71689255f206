"""When a message is tried: pure, by moments."""

from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.agent.delivery import (
    HOUR,
    SECOND,
    DeliveryRules,
    Message,
    failed,
    has_room,
    is_due,
    waits,
)

NOW = 1_760_000_000 * SECOND
NEW = Message(id="1", topic="mail", body=b"", made=NOW, due=NOW)


def test_each_failure_waits_longer_and_the_last_pause_repeats() -> None:
    rules, message, now = DeliveryRules(pauses=(10, 60)), NEW, NOW
    waited = []
    for _ in range(4):
        assert is_due(message, rules, now)
        message = failed(message, "no", rules, now)
        assert not is_due(message, rules, now)
        waited.append(waits(message, rules, now))
        now = message.due
    assert waited == [10, 60, 60, 60]
    assert message.attempts == 4


@given(st.integers(0, 2 * NOW), st.integers(1, 9))
def test_no_clock_makes_a_message_wait_for_longer_than_the_longest_pause(
    now: int, attempts: int
) -> None:
    rules, message = DeliveryRules(), NEW
    for _ in range(attempts):
        message = failed(message, "no", rules, NOW)
    assert waits(message, rules, now) <= max(rules.pauses)


def test_so_many_an_hour_and_no_more() -> None:
    rules = DeliveryRules(an_hour=2)
    assert has_room([NOW - 10, NOW - HOUR], rules, NOW)
    assert not has_room([NOW - 10, NOW - HOUR + 1], rules, NOW)
    assert has_room([NOW + 10] * 9, rules, NOW), "of a clock that was wrong"
    assert has_room([NOW] * 1000, DeliveryRules(), NOW)
