"""The mails of a dozen failures: `python -m tests.support.letters` writes the golden ones anew."""

from email import message_from_bytes
from email.policy import SMTP
from functools import partial
from pathlib import Path

from pos_service_alerts.changed import Changed
from pos_service_alerts.letter import Envelope, letter
from pos_service_alerts.overview import Day, of_day, of_summary
from pos_service_alerts.page import Page, of_change
from pos_service_alerts.situation import Consequence, Situation
from pos_service_alerts.words import Say
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.health.incidents import MINUTE, SECOND, Change, Incident, Told
from pos_terminal.process.translation import translator
from tests.support.mail_server import parts

FOLDER = Path(__file__).parents[1] / "golden" / "alerts"
AT = 1_760_000_000 * SECOND
SELLS = Situation(
    shop="Au Bon Pain", store="1", terminal="2", zone="Europe/Paris", version="0.1.0",
    now=AT, trusted=True, selling=True,
)  # fmt: skip


def change(
    what: Told, subject: str, fault: Fault, detail: str = "", minutes: int = 0, times: int = 1
) -> Change:
    """Something to tell of an incident that opened so many minutes ago, for the n-th time."""
    opened = tuple(AT - (minutes + 2 * n) * MINUTE for n in reversed(range(times)))
    ended = AT if what is Told.RECOVERED else None
    row = Incident(
        subject=subject, code=fault.code, detail=detail, opened=opened, seen=AT, settling=AT,
        ended=ended,
    )  # fmt: skip
    return Change(what, AT, row)


def known(**more: object) -> Situation:
    fields = {name: getattr(SELLS, name) for name in Situation.__struct_fields__}
    return Situation(**(fields | more))


PRINTER = {
    "kind": "printer", "identity": "escpos /dev/pos/printer", "good": "2025-10-09T10:52:48+02:00",
}  # fmt: skip
PAGES: dict[str, object] = {
    "till_silent": partial(
        of_change,
        change(
            Told.OPENED, "till", faults.TILL_SILENT, "systemd: failed (failed), signal, NRestarts 3"
        ),
        known(
            selling=None, good="2025-10-09T10:53:20+02:00", phone="02 99 00 00 00",
            consequences=(
                Consequence("P-103", "printer", "printer"), Consequence("S-121", "till"),
            ),
            changes_since="2025-10-08T10:53:20+02:00",
            changes=(
                Changed("2025-10-08T17:02:11+02:00", "configuration.changed"),
                Changed("2025-10-09T07:58:40+02:00", "version.changed",
                        {"before": "0.0.9", "after": "0.1.0"}),
                Changed("2025-10-09T08:01:02+02:00", "device",
                        {"name": "printer", "identity": "escpos 192.168.1.50:9100"}),
            ),
            lines=(
                "10:53:12 WARNING pos_terminal.runtime.port: scale: W-105 BALANCE MUETTE",
                "10:53:18 ERROR pos_terminal.journal: disk I/O error",
            ),
        ),
    ),
    "till_frozen": partial(
        of_change,
        change(
            Told.OPENED, "till", faults.TILL_SILENT,
            "systemd: active (running), success, NRestarts 0",
        ),
        known(
            selling=None, good="2025-10-09T10:53:10+02:00",
            changes_since="2025-10-08T10:53:10+02:00", changes=(),
        ),
    ),
    "box_silent": partial(
        of_change,
        change(Told.OPENED, "Au Bon Pain 2", faults.BOX_SILENT, "Z 2025-10-08, P-103", 15),
        known(selling=None, kind="box", good="2025-10-09T10:38:20+02:00"),
    ),
    "paper_out": partial(
        of_change, change(Told.OPENED, "printer", faults.PAPER_OUT), known(**PRINTER)
    ),
    "printer_unplugged_again": partial(
        of_change,
        change(Told.REPEATED, "printer", faults.PRINTER_OFFLINE, "[Errno 19] No such device", 15),
        known(**PRINTER | {"good": "2025-10-09T10:37:48+02:00"}),
    ),
    "printer_flaps": partial(
        of_change,
        change(Told.FLAPPING, "printer", faults.PRINTER_OFFLINE, "", 1, 3),
        known(**PRINTER),
    ),
    "scale_mute": partial(
        of_change,
        change(Told.OPENED, "scale-left", faults.SCALE_MUTE, "no answer in 2.0 s"),
        known(
            kind="scale", identity="toledo-8217 /dev/pos/scale-left",
            good="2025-10-08T18:01:00+02:00",
        ),
    ),
    "disk_full": partial(
        of_change,
        change(Told.OPENED, "till", faults.DISK_FULL, "database or disk is full"),
        known(selling=False, why=("J-102",), phone="02 99 00 00 00"),
    ),
    "clock_of_1970": partial(
        of_change, change(Told.OPENED, "clock", faults.CLOCK_DOUBTED), known(trusted=False)
    ),
    "till_back": partial(
        of_change, change(Told.RECOVERED, "till", faults.TILL_SILENT, "", 187), known()
    ),
    "held_back": partial(
        of_summary,
        [
            change(Told.OPENED, "disk /", faults.DISK_LOW, minutes=50),
            change(Told.RECOVERED, "disk /", faults.DISK_LOW, minutes=50),
        ],
        3,
        known(),
    ),
    "day": partial(
        of_day,
        [change(Told.OPENED, "heat", faults.BOX_HOT, "84 °C", 90).incident],
        Day(
            last_closure="2025-10-08 n° 212", last_backup="2025-10-09T03:00:00+02:00",
            records=48_211, exposed=12, papers=0,
        ),
        known(),
    ),
    "day_all_well": partial(of_day, [], Day(records=0), known()),
}  # fmt: skip


def made(name: str) -> bytes:
    """That mail, as it goes out."""
    page = PAGES[name]
    assert callable(page)

    def in_language(language: str) -> Page:
        say: Say = translator(language)
        found = page(say)
        assert isinstance(found, Page)
        return found

    envelope = Envelope(
        sender="caisse@example.org", to="patron@example.org", subject=f"[{name}]",
        at="2025-10-09T10:53:26+02:00", id=f"<{name}@example.org>",
    )  # fmt: skip
    return letter(envelope, [in_language("fr"), in_language("en")])


def text_and_html(name: str) -> tuple[str, str]:
    """Both, as a mailbox reads them."""
    text, html = parts(message_from_bytes(made(name), policy=SMTP))
    return text.replace("\r\n", "\n"), html.replace("\r\n", "\n")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in PAGES:
        text, html = text_and_html(name)
        (FOLDER / f"{name}.txt").write_text(text)
        (FOLDER / f"{name}.html").write_text(html)
