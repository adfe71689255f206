"""What a technician may write into `[service.alerts]`, and what is refused with its reason."""

from typing import Any

import msgspec
import pytest

from pos_service_alerts.routing import wants
from pos_service_alerts.settings import AlertsSettings, Recipient, Severity
from pos_terminal.domain.health.incidents import Incident

GOOD: dict[str, Any] = {
    "server": "smtp.example.org", "sender": "caisse@example.org", "user": "caisse",
    "recipients": [{"address": "patron@example.org"}],
}  # fmt: skip


def read(**more: Any) -> AlertsSettings:
    return msgspec.convert(GOOD | more, AlertsSettings)


def test_four_lines_are_enough() -> None:
    given = read()
    assert (given.port, given.security, given.login, given.domain) == (
        465, "tls", "password", "example.org",
    )  # fmt: skip


@pytest.mark.parametrize(
    "address",
    ["patron", "@example.org", "patron@", "a b@example.org", "a@example.org\nBcc: eve@x.org",
     "Patron <patron@example.org>", "a@b@c", f"{'a' * 250}@example.org", "pâtron@example.org", ""],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="n'est pas une adresse de courriel"):
        read(recipients=[{"address": address}])
    with pytest.raises(msgspec.ValidationError, match="n'est pas une adresse de courriel"):
        read(sender=address)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"recipients": []}, "de 1 à 8"),
        ({"recipients": [{"address": f"a{n}@b.org"} for n in range(9)]}, "de 1 à 8"),
        ({"recipients": [{"address": "a@b.org"}, {"address": "a@b.org"}]}, "y est deux fois"),
        ({"recipients": [{"address": "a@b.org", "severity": "panic"}]}, "panic"),
        ({"recipients": [{"adress": "a@b.org"}]}, "adress"),
        ({"security": "none"}, "none"),
        ({"user": ""}, "user"),
        ({"an_hour": 0}, "an_hour"),
        ({"digest": "25:00"}, "une heure"),
        ({"password": "hunter2"}, "password"),
    ],
)
def test_a_slip_is_refused_with_its_reason(more: dict[str, Any], why: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=why):
        read(**more)


def test_without_a_login_no_user_is_needed() -> None:
    assert read(user="", login="none").login == "none"


@pytest.mark.parametrize(
    ("code", "told"),
    [("P-103", True), ("C-141", True), ("B-101", True), ("B-125", False), ("B-131", False),
     ("B-134", False), ("B-130", True)],
)  # fmt: skip
def test_who_hears_of_everything_hears_of_all_but_the_mail_itself(code: str, told: bool) -> None:
    """And but for a till that somebody has stopped: he knows."""
    row = Incident(subject="x", code=code, opened=(1,), seen=1, settling=1)
    assert wants(Recipient(address="a@b.org"), row) is told


def test_a_silent_till_is_grave_and_a_test_reaches_everybody() -> None:
    grave = Recipient(address="a@b.org", severity=Severity.ALARM, subjects=("printer",))
    for code, subject, told in (
        ("P-103", "printer", True), ("P-103", "printer-2", False), ("W-101", "printer", False),
        ("B-130", "test", True), ("C-141", "printer", True),
    ):  # fmt: skip
        row = Incident(subject=subject, code=code, opened=(1,), seen=1, settling=1)
        assert wants(grave, row) is told, code
