"""Coverage-guided fuzzing of what reads others' bytes: `python -m tests.deep.fuzz NAME`.

libFuzzer (by way of atheris) changes its inputs by the branches that they reach, for `--seconds`.
It ends with another status than 0 where a reader raises what it has not announced, is busy with one
input for over five seconds, or grows beyond `MEMORY`.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

MEMORY = 512
"""MiB: the interpreter and all readers take a fifth of it."""

INSTRUMENTED = (
    "pos_driver_escpos.answers", "pos_driver_evdev.assembler", "pos_driver_hid_pos.assembler",
    "pos_driver_labels.brother", "pos_driver_labels.zpl", "pos_driver_star.asb",
    "pos_driver_payments.frames.caisse_ap", "pos_driver_payments.frames.concert",
    "pos_driver_payments.frames.cashlogy", "pos_driver_payments.frames.zvt",
    "pos_driver_payments.frames.zvt_answers", "pos_driver_payments.frames.http",
    "pos_driver_payments.frames.cashdro", "pos_driver_payments.frames.nexo",
    "pos_driver_payments.frames.nexo_envelope",
    "pos_driver_scales.legal.adam", "pos_driver_scales.legal.cas",
    "pos_driver_scales.legal.dialog06", "pos_driver_scales.legal.hid",
    "pos_driver_scales.legal.mt_sics", "pos_driver_scales.legal.nci",
    "pos_driver_scales.legal.sma", "pos_driver_scales.legal.toledo",
    "pos_driver_serial_scanner.assembler", "pos_plugin_gs1.elements", "pos_service_support.lines",
    "pos_terminal.domain.codes.barcode", "pos_terminal.links.hid_descriptor",
    "pos_terminal.runtime.toml_edit",
)  # fmt: skip

SETTINGS = '[shop]\nname = "B" # door\n[[labels]]\nd = [\n 1,\n]\n[devices.a]\ns = { p = "a" }\n'


def load() -> dict[str, Any]:
    """The modules under test, by the last part of their names, with atheris watching them."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=[*INSTRUMENTED, "pos_driver_scales.legal.reading"]):
        return {name: importlib.import_module(name) for name in INSTRUMENTED}


def refusing(read: Callable[[bytes], object]) -> Callable[[bytes], object]:
    """A reader that may raise its own error."""

    def fed(data: bytes) -> object:
        # By its name: what a module is reloaded for, its errors are too.
        try:
            return read(data)
        except ValueError as error:
            if type(error).__name__ not in ("FrameError", "EnvelopeError"):
                raise
            return None

    return fed


def payments(found: dict[str, Any]) -> dict[str, Callable[[bytes], object]]:
    """The readers of payment terminals."""
    caisse_ap = found["payments.frames.caisse_ap"]
    concert, zvt = found["payments.frames.concert"], found["payments.frames.zvt"]
    zvt_answers = found["payments.frames.zvt_answers"]

    def read_caisse_ap(data: bytes) -> None:
        told, _ = caisse_ap.fields(data)
        caisse_ap.ticket(told | {"ZT": data.decode("latin-1")})

    def read_concert(data: bytes) -> None:
        text = concert.text_of(data)
        concert.answer(data if text is None else text)

    def read_zvt(data: bytes) -> None:
        framing = zvt.Framed() if data[:1] == b"\x10" else zvt.Raw()
        for arrived in framing.feed(data[1:]):
            # By its name: what a module is reloaded for, its classes are too.
            if type(arrived).__name__ == "Apdu":
                list(zvt.tlvs(arrived.data))
                told = zvt.bitmaps(arrived.data)
                zvt_answers.totals(told, "", ())
                zvt_answers.approved(told, (), ())

    return {
        **in_json(found),
        "payment-nexo-envelope": refusing(unsealing(found["payments.frames.nexo_envelope"])),
        "payment-http": refusing(found["payments.frames.http"].response),
        "payment-caisse-ap": refusing(read_caisse_ap),
        "payment-cashlogy": refusing(found["payments.frames.cashlogy"].answers),
        "payment-concert": refusing(read_concert),
        "payment-zvt": refusing(read_zvt),
        "payment-zvt-slip": refusing(zvt_answers.block),
    }


def unsealing(envelope: Any) -> Callable[[bytes], object]:
    """A sealed message of which a part is something else: it is refused, or what was sealed."""
    key = envelope.Key.of("quatre-quarts", "shop", 1)
    message = json.dumps({"SaleToPOIResponse": {"MessageHeader": {"SaleID": "till"}}}).encode()
    whole = key.seal(message, bytes(16))

    def read(data: bytes) -> None:
        at = int.from_bytes(data[:2]) % len(whole)
        told = whole[:at] + data[3:] + whole[at + sum(data[2:3]) :]
        if key.open(told) != message:
            raise AssertionError("another message than was sealed")

    return read


PAID = {
    "Response": {"Result": "Success", "ErrorCondition": "Aborted"},
    "POIData": {"POITransactionID": {"TransactionID": "17", "TimeStamp": "now"}},
    "ReversedAmount": 12.34,
    "PaymentResult": {
        "AmountsResp": {"Currency": "EUR", "AuthorizedAmount": 12.34, "TipAmount": 1},
        "PaymentAcquirerData": {"ApprovalCode": "771"},
        "PaymentInstrumentData": {"CardData": {
            "PaymentBrand": "visa", "MaskedPan": "4111 **** 1111", "EntryMode": ["Contactless"],
        }},
    },
    "PaymentReceipt": [{
        "DocumentQualifier": "CustomerReceipt", "RequiredSignatureFlag": True,
        "OutputContent": {"OutputText": [{"Text": "name=TOTAL&value=12"}, {"Text": "MERCI"}]},
    }],
    "TransactionTotals": [{
        "PaymentCurrency": "EUR", "CardBrand": "mc",
        "PaymentTotals": [
            {"TransactionType": "Debit", "TransactionCount": 1, "TransactionAmount": 12.34}
        ],
    }],
}  # fmt: skip
"""What a terminal says of a payment, of a day, and of what was undone, all in one."""

OPERATION = {"operation": {
    "operationid": "90210", "state": "F", "total": "1234", "totalin": 2000, "totalout": "-766",
    "amountchangenotavailable": "0",
}, "withError": "false"}  # fmt: skip

LEAVES: tuple[object, ...] = (
    "Success", "Failure", "EUR", "USD", "Credit", "ReverseDebit", "CashierReceipt", "F", "I",
    "true", "1234", "-766", "4111111111111111", "\x1b@", "name=a&value=b", "", 12.34, 12, -1,
    10**30, 1e300, True, None, [], {}, [[[]]], {"operation": {"operationId": 7}},
)  # fmt: skip


def spoilt(sound: object, data: bytes) -> object:
    """What these bytes make of an answer: some of its parts are others, or none, or twice."""
    left = iter(data)

    def copied(part: object) -> object:
        chosen = next(left, 255)
        if chosen < 40:
            return LEAVES[next(left, 0) % len(LEAVES)]
        if isinstance(part, dict):
            return {key: copied(each) for key, each in part.items() if next(left, 255) > 10}
        if isinstance(part, list):
            return [copied(each) for each in part * (2 if chosen < 60 else 1)]
        return part

    return copied(sound)


def in_json(found: dict[str, Any]) -> dict[str, Callable[[bytes], object]]:
    """The readers of what terminals say in JSON: bytes alone would never be any."""
    cashdro, nexo = found["payments.frames.cashdro"], found["payments.frames.nexo"]
    words = importlib.import_module("pos_terminal.domain.authorisation")
    payment = nexo.Pair("Payment", "A000000001", "till", "poi")
    original = words.Original(reference="A000000000", cents=1234, number="1")
    orders = [
        words.Order(reference="A000000001", cents=1234, service=each, original=original)
        for each in words.Service
    ]

    def read_nexo(data: bytes) -> None:
        # The header is right, so that what it reads is the rest.
        whole = {"MessageHeader": payment.header("Response"), "PaymentResponse": spoilt(PAID, data)}
        body = payment.answer(json.dumps({"SaleToPOIResponse": whole}).encode())

        def outcome(which: bytes) -> None:
            words.masked(nexo.outcome(orders[which[0]], body, "poi"))

        for number in range(len(orders)):
            refusing(outcome)(bytes([number]))
        nexo.totals(body, "poi")

    def read_cashdro(data: bytes) -> None:
        said = {"code": 1, "data": spoilt(OPERATION, data)}
        _, content = cashdro.answer(json.dumps(said).encode())
        refusing(lambda _: cashdro.begun(content))(b"")
        cashdro.operation(content)

    return {"payment-cashdro": refusing(read_cashdro), "payment-nexo": refusing(read_nexo)}


def supporters(found: dict[str, Any]) -> dict[str, Callable[[bytes], object]]:
    """What a supporter types: a line of words, and a setting."""
    lines, edit = found["pos_service_support.lines"], found["pos_terminal.runtime.toml_edit"]

    def read_line(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        lines.completed(text, {"test": ["printer"], text[:3]: [text]})
        with suppress(ValueError):  # what is no command
            lines.words(text)

    def read_setting(data: bytes) -> None:
        path, _, value = data.decode("utf-8", "replace").partition(" ")
        with suppress(ValueError):  # what is no setting
            edit.edited(SETTINGS, path, edit.value_of(value))

    return {"support-line": read_line, "support-setting": read_setting}


def targets() -> dict[str, Callable[[bytes], object]]:
    """Each reader by its name: it may refuse in its own words, and nothing else."""
    found = {name.removeprefix("pos_driver_"): module for name, module in load().items()}
    legal = {name: found[f"scales.legal.{name}"] for name in
             ("adam", "cas", "dialog06", "hid", "mt_sics", "nci", "sma", "toledo")}  # fmt: skip
    descriptor = found["pos_terminal.links.hid_descriptor"]
    gs1, barcode = found["pos_plugin_gs1.elements"], found["pos_terminal.domain.codes.barcode"]

    def hid_reports(data: bytes) -> None:
        size = data[0] if data else 0
        with suppress(descriptor.DescriptorError):
            fields = descriptor.input_fields(data[1 : 1 + size])
            with suppress(found["hid_pos.assembler"].NotAScanner):
                read = found["hid_pos.assembler"].ReportAssembler(
                    fields, max_length=64, encoding="utf-8"
                )
                for at in range(1 + size, len(data), 16):
                    read.feed(data[at : at + 16])
                read.give_up()

    def serial_scanner(data: bytes) -> None:
        read = found["serial_scanner.assembler"].ScanAssembler(aim=False, max_length=64)
        for at in range(0, len(data), 7):
            read.feed(data[at : at + 7])
        read.give_up()

    def evdev(data: bytes) -> None:
        layouts = importlib.import_module("pos_driver_evdev.layouts")
        names = ("us", "fr", "be", "ch-de", "ch-fr", "de")
        layout = layouts.layout_of(names[data[0] % 6] if data else "us")
        read = found["evdev.assembler"].CodeAssembler(layout, max_length=64)
        for byte in data:
            read.key(byte & 0x7F, byte >> 7)
        read.abandon()

    def zpl(data: bytes) -> None:
        with suppress(ValueError):  # what is no status
            found["labels.zpl"].read_status(data)

    def codes(data: bytes) -> None:
        text = data.decode("latin-1")
        gs1.element_string(text)
        gs1.digital_link(text)
        barcode.as_read(text)
        list(barcode.keys_of(text))

    return {
        **payments(found),
        **supporters(found),
        **{
            f"scale-{name}": refusing(read)
            for name, read in {
                "adam": lambda data: legal["adam"].parse(data, 8),
                "cas": legal["cas"].parse,
                "dialog06": legal["dialog06"].parse,
                "hid": legal["hid"].parse,
                "mt-sics": lambda data: legal["mt_sics"].parse(data, b"S", 10),
                "nci": lambda data: legal["nci"].parse(data, 6),
                "sma": legal["sma"].parse,
                "toledo": lambda data: legal["toledo"].parse(data, legal["toledo"].Shape()),
            }.items()
        },
        "hid": hid_reports,
        "serial-scanner": serial_scanner,
        "evdev": evdev,
        "escpos": lambda data: found["escpos.answers"].Answers().feed(data),
        "star": lambda data: list(found["star.asb"].Answers().feed(data)),
        "brother-ql": lambda data: found["labels.brother"].Answers().feed(data),
        "zpl": zpl,
        "codes": codes,
    }


NAMES = (
    "payment-cashdro", "payment-http", "payment-nexo", "payment-nexo-envelope",
    "payment-caisse-ap", "payment-cashlogy", "payment-concert", "payment-zvt", "payment-zvt-slip",
    "scale-adam", "scale-cas", "scale-dialog06", "scale-hid", "scale-mt-sics", "scale-nci",
    "scale-sma", "scale-toledo", "hid", "serial-scanner", "evdev", "escpos", "star",
    "brother-ql", "zpl", "codes", "support-line", "support-setting",
)  # fmt: skip


def main() -> None:
    """Fuzz one reader."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--seconds", type=int, default=60)
    arguments = parser.parse_args()
    atheris = importlib.import_module("atheris")
    atheris.Setup(
        [sys.argv[0], f"-max_total_time={arguments.seconds}", f"-rss_limit_mb={MEMORY}",
         "-timeout=5", "-max_len=256", "-artifact_prefix=/tmp/"],
        targets()[arguments.name],
    )  # fmt: skip
    atheris.Fuzz()


if __name__ == "__main__":
    main()
