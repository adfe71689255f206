"""What terminals say over HTTPS: vectors of their sources, noise, and what is not believed.

Vectors: Adyen's documentation of its Terminal API (a payment, its status, a refusal); of CashDro,
what public clients send and read (the Odoo module of Tecnativa, and one for index3.php).
"""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_driver_payments.cashdro import Cashdro, CashdroSettings
from pos_driver_payments.frames import cashdro, http, nexo
from pos_driver_payments.frames.nexo import Pair
from pos_driver_payments.nexo import Nexo, NexoSettings
from pos_driver_payments.talk import AnswerError, HangUp, Hear, NotTaken, Send
from pos_driver_sim.bank import Card
from pos_driver_sim.card.nexo import NexoEnd
from pos_terminal.devices.payments import Ability
from pos_terminal.domain.authorisation import Ending, Order, Original, Reason, Scheme, Service
from pos_terminal.domain.money import Cents
from pos_terminal.testing.payment_contract import nobody
from pos_terminal.testing.payments import Till, bench_of
from pos_terminal.testing.timeless import run_timeless

POI = "V400m-324688179"
ORDER = Order(reference="A000000001", cents=Cents(1099))
SETTINGS = NexoSettings(host="x", poi=POI, sale="POSSystemID12345")
PAID: dict[str, Any] = {
    "Response": {"Result": "Success", "AdditionalResponse": "tid=47069832"},
    "SaleData": {"SaleTransactionID": {"TransactionID": "27908",
                                       "TimeStamp": "2019-04-29T00:00:00.000Z"}},
    "POIData": {"POIReconciliationID": "1000",
                "POITransactionID": {"TransactionID": "oLkO0012498220087000.981517998",
                                     "TimeStamp": "2019-04-29T13:00:00.000Z"}},
    "PaymentReceipt": [
        {"DocumentQualifier": "CashierReceipt", "RequiredSignatureFlag": True,
         "OutputContent": {"OutputFormat": "Text", "OutputText": [
             {"CharacterStyle": "Bold", "EndOfLineFlag": True,
              "Text": "key=header1&name=CARTE+BANCAIRE"},
             {"EndOfLineFlag": True, "Text": "key=filler"},
             {"Text": "name=MONTANT&value=%E2%82%AC%C2%A010%2C99&key=totalAmount"}]}},
    ],
    "PaymentResult": {
        "OnlineFlag": True,
        "PaymentAcquirerData": {"AcquirerPOIID": POI, "ApprovalCode": "123456",
                                "AcquirerTransactionID": {"TransactionID": "8815564960208748"}},
        "PaymentInstrumentData": {
            "PaymentInstrumentType": "Card",
            "CardData": {"EntryMode": ["Contactless"], "PaymentBrand": "mc",
                         "MaskedPan": "541333 **** 9999", "CardCountryCode": "056"}},
        "AmountsResp": {"AuthorizedAmount": 10.99, "Currency": "EUR", "TipAmount": 1},
    },
}  # fmt: skip
"""As Adyen's documentation shows a payment, with a tip."""


def said(body: dict[str, Any], category: str = "Payment", **header: str) -> bytes:
    """That body as the answer to the order."""
    head = {"ProtocolVersion": "3.0", "MessageClass": "Service", "MessageCategory": category,
            "MessageType": "Response", "ServiceID": ORDER.reference, "SaleID": SETTINGS.sale,
            "POIID": POI}  # fmt: skip
    message = {"MessageHeader": head | header, f"{category}Response": body}
    return json.dumps({"SaleToPOIResponse": message}).encode()


def asked(category: str = "Payment") -> Pair:
    return Pair(category, ORDER.reference, SETTINGS.sale, POI)


def test_nexo_reads_what_its_sources_show() -> None:
    paid = nexo.outcome(ORDER, asked().answer(said(PAID)), POI)
    assert (paid.ending, paid.cents, paid.tip, paid.currency) == (Ending.APPROVED, 1099, 100, "EUR")
    assert (paid.scheme, paid.last_four, paid.contactless) == (Scheme.MASTERCARD, "9999", True)
    assert (paid.authorisation, paid.terminal, paid.signature) == ("123456", POI, True)
    assert paid.merchant_slip == ("CARTE BANCAIRE", "", "MONTANT € 10,99")
    for condition, ending, reason in (
        ("Refusal", Ending.REFUSED, Reason.REFUSED), ("Cancel", Ending.ABANDONED, Reason.CANCELLED),
        ("UnreachableHost", Ending.REFUSED, Reason.NETWORK),
        ("Aborted", Ending.ABANDONED, Reason.WITHDRAWN),
    ):  # fmt: skip
        no = {"Response": {"Result": "Failure", "ErrorCondition": condition}}
        found = nexo.outcome(ORDER, asked().answer(said(no)), POI)
        assert (found.ending, found.reason, found.cents) == (ending, reason, 0)


def test_nexo_asks_as_its_sources_show() -> None:
    talk = Nexo(SETTINGS, now=lambda: datetime(2026, 3, 3, 9, 5, tzinfo=UTC)).authorise(ORDER)
    step = next(talk)
    assert isinstance(step, Send)
    assert step.orders
    head, _, body = step.data.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /nexo HTTP/1.1\r\nHost: x:8443\r\n")
    assert b"RequestedAmount\":10.99}" in body
    request = json.loads(body)["SaleToPOIRequest"]
    assert request["MessageHeader"]["ServiceID"] == ORDER.reference
    assert request["PaymentRequest"]["SaleData"]["SaleTransactionID"] == {
        "TransactionID": ORDER.reference, "TimeStamp": "2026-03-03T09:05:00Z",
    }  # fmt: skip


@given(cents=st.integers(1, 10_000_000))
def test_no_amount_gains_or_loses_a_cent_on_its_way(cents: int) -> None:
    body = json.dumps(nexo.payment(Order(reference="A000000001", cents=Cents(cents)), ""))
    euros, _, rest = body.partition('"RequestedAmount": ')[2].rstrip("}").partition(".")
    assert int(euros) * 100 + int(rest.ljust(2, "0")) == cents
    assert len(rest) <= 2
    amounts = {"Currency": "EUR", "AuthorizedAmount": cents / 100}
    answered = PAID | {"PaymentResult": {"AmountsResp": amounts}}
    assert nexo.outcome(ORDER, asked().answer(said(answered)), POI).cents == cents


def changed(path: str, value: Any) -> dict[str, Any]:
    """The paid answer with something else there; None takes it away."""
    body: dict[str, Any] = json.loads(json.dumps(PAID))
    *way, last = path.split(".")
    place = body
    for name in way:
        place = place[name]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return body


NOT_BELIEVED = [
    said(PAID, ServiceID="A000000002"),  # an answer to an older request
    said(PAID, POIID="V400m-000000001"), said(PAID, SaleID="caisse-2"),
    said(PAID, MessageType="Request"), said(PAID, category="Reversal"),
    said(changed("PaymentResult.AmountsResp.Currency", "USD")),
    *(said(changed("PaymentResult.AmountsResp.AuthorizedAmount", value))
      for value in (0, -1, 10.999, "10.99", True, None, 1e9, [10.99])),
    said(changed("PaymentResult.AmountsResp.TipAmount", "all")),
    said(changed("PaymentResult", "done")), said(changed("PaymentResult", None)),
    *(said(changed("Response", value)) for value in (None, {}, {"Result": "success"}, "Success")),
    said({"Response": {"Result": "Failure"}}),
    said({"Response": {"Result": "Failure", "ErrorCondition": "InProgress"}}),
    said(PAID).replace(b"Payment", b"Paym\xff"), b"[" * 200_000,
    b"", b"null", b"[]", b'{"SaleToPOIResponse":', said(PAID)[:-1], said(PAID) + b"}",
    said(PAID).replace(b"10.99", b"NaN"), said(PAID).replace(b"10.99", b"1e400"),
]  # fmt: skip


@pytest.mark.parametrize("data", NOT_BELIEVED)
def test_nexo_believes_no_answer_that_is_not_its_own(data: bytes) -> None:
    """Neither paid nor refused: unknown, and then it is asked by its reference."""
    with pytest.raises(nexo.FrameError):
        nexo.outcome(ORDER, asked().answer(data), POI)


def test_a_clock_that_is_off_by_a_day_changes_no_answer() -> None:
    """No time of the terminal's counts: what an answer is to its numbers say."""
    late = changed("POIData.POITransactionID.TimeStamp", "2031-01-01T00:00:00.000Z")
    assert nexo.outcome(ORDER, asked().answer(said(late)), POI).cents == 1099


def test_nexo_undoes_a_payment_by_the_number_that_it_asks_for() -> None:
    """It would be masked on record: fifteen of its digits stand in a row."""

    async def body() -> None:
        till = Till(bench_of("nexo"))
        assert isinstance(till.machine, NexoEnd)
        till.machine.tips = 150
        till.machine.card = Card(scheme=Scheme.CONECS, number="4111111111111111")
        paid = await till.terminal().authorise(ORDER, nobody)
        assert (paid.scheme, paid.tip) == (Scheme.CONECS, 150)
        original = Original(reference=ORDER.reference, cents=paid.cents)
        back = Order(reference="A000000002", cents=paid.cents, service=Service.REVERSAL,
                     original=original)  # fmt: skip
        undone = await till.terminal().authorise(back, nobody)
        assert (undone.ending, till.machine.moved) == (Ending.APPROVED, [1099, -1099])
        again = Order(reference="A000000003", cents=paid.cents, service=Service.REVERSAL,
                      original=Original(reference="A000000009", cents=paid.cents))  # fmt: skip
        with pytest.raises(Exception, match="M-104"):
            await till.terminal().authorise(again, nobody)
        assert sum(till.machine.moved) == 0

    run_timeless(body())


def test_a_terminal_that_wants_to_be_greeted_is() -> None:
    async def body() -> None:
        bench = bench_of("nexo")
        till = Till(bench)
        assert isinstance(till.machine, NexoEnd)
        greeting = NexoSettings(host="memory", poi=till.machine.poi, login=True)
        terminal = bench.over(till.wire.dial, greeting)
        assert (await terminal.authorise(ORDER, nobody)).cents == 1099
        assert till.machine.logins == 1

    run_timeless(body())


@given(data=st.binary(max_size=200))
def test_an_http_answer_is_read_whole_and_only_whole(data: bytes) -> None:
    """Any bytes; and a good answer at each length but its own is not there yet."""
    with suppress(http.FrameError):
        http.response(data)
        http.response(b"HTTP/1.1 200 OK\r\n" + data)
        http.response(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + data)
    length = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(data), data)
    chunks = b"%x\r\n%s\r\n" % (len(data), data) if data else b""
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    for whole in (length, chunked):
        for size in range(len(whole)):
            assert http.response(whole[:size]) is None
        found = http.response(whole + b"more")
        assert found is not None
        assert (found.status, found.body, found.size) == (200, data, len(whole))


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/2 200\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\nno length",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n" + bytes(300_000),
        b"HTTP/1.1 200 OK\r\n" + bytes(20_000),
    ],
)  # fmt: skip
def test_a_length_that_lies_is_no_answer(data: bytes) -> None:
    with pytest.raises(http.FrameError):
        http.response(data)


def test_cashdro_reads_both_pages_of_its_sources() -> None:
    stands = {"operationid": "90210", "state": "F", "total": "1234", "totalin": 2000,
              "totalout": "-766", "amountchangenotavailable": "0"}  # fmt: skip
    whole = {"operation": stands, "devices": [], "messages": [], "withError": "false"}
    old = json.dumps({"code": 1, "data": json.dumps(whole)}).encode()
    new = json.dumps({"code": 1, "response": {"errorMessage": "none", "operation": whole}}).encode()
    speech = Cashdro(CashdroSettings(host="x", user="admin"), "secret")
    for body in (old, new):
        code, content = cashdro.answer(body)
        found = cashdro.operation(content)
        assert (code, found.number, found.total) == (1, "90210", 1234)
        assert speech.read(found).cents == 1234
    assert cashdro.begun(cashdro.answer(b'{"code":1,"data":"90210"}')[1]) == "90210"
    assert cashdro.begun(cashdro.answer(b'{"code":1,"data":111}')[1]) == "111"
    assert cashdro.begun({"operation": {"operationId": 1234}}) == "1234"


def test_money_that_goes_back_comes_out_of_the_machine_and_nothing_in() -> None:
    speech = Cashdro(CashdroSettings(host="h", user="adm"), "x")
    order = Order(reference="A000000001", cents=Cents(500), service=Service.REFUND)
    step = next(speech.begin(order))
    assert isinstance(step, Send)
    assert b"operation=startOperation&type=3&" in step.data
    out = {"operationid": "1", "state": "F", "total": "500", "totalin": "0", "totalout": "-500"}
    found = cashdro.operation({"operation": out})
    assert speech.read(found, Service.REFUND).cents == 500
    taken = cashdro.operation({"operation": {**out, "totalin": "500", "totalout": "0"}})
    with pytest.raises(AnswerError):  # a version that took the money in instead
        speech.read(taken, Service.REFUND)
    keeps = Cashdro(CashdroSettings(host="h", user="adm", kind=3, pays_out=0), "x")
    assert Ability.REFUND not in keeps.abilities
    with pytest.raises(ValueError, match="pays_out"):
        CashdroSettings(host="h", user="adm", kind=3)


def test_cashdro_asks_as_its_sources_do_and_no_word_of_it_is_another() -> None:
    """A password with what an address parts its words by is one password."""
    talk = Cashdro(CashdroSettings(host="h", user="adm"), "a&b=c #1 é").begin(ORDER)
    step = next(talk)
    assert isinstance(step, Send)
    assert not step.orders
    assert step.data.splitlines()[0] == (
        b"GET /Cashdro3WS/index.php?name=adm&password=a%26b%3Dc+%231+%C3%A9"
        b"&operation=startOperation&type=4&posid=caisse-1&posuser=A000000001"
        b"&parameters=%7B%22amount%22%3A1099%7D HTTP/1.1"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"totalin": "all"}, {"totalin": 1.5}, {"totalin": True}, {"totalin": "1e3"},
        {"totalin": 0}, {"state": "X"}, {"state": None}, {"amountchangenotavailable": "100"},
    ],
)  # fmt: skip
def test_cashdro_believes_no_sums_that_do_not_add_up(wrong: dict[str, Any]) -> None:
    stands = {"operationid": "1", "state": "F", "totalin": "2000", "totalout": "-766"} | wrong
    speech = Cashdro(CashdroSettings(host="x", user="admin"), "secret")
    with pytest.raises((AnswerError, cashdro.FrameError)):
        speech.read(cashdro.operation({"operation": stands}))
    with pytest.raises(AnswerError):  # the machine itself says that it did not go well
        speech.read(cashdro.operation({"operation": {**stands, **SOUND}, "withError": "true"}))


SOUND = {"state": "F", "totalin": "2000", "totalout": "-766", "amountchangenotavailable": "0"}


@given(content=st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(("operation", "state", "totalin", "total", "code", "data", "response")),
        inner, max_size=4),
))  # fmt: skip
def test_noise_is_no_operation_of_a_cash_machine(content: Any) -> None:
    with suppress(cashdro.FrameError):
        cashdro.operation(content)
    with suppress(cashdro.FrameError):
        cashdro.begun(content)
    with suppress(cashdro.FrameError):
        cashdro.answer(json.dumps(content).encode())
    with suppress(nexo.FrameError):
        nexo.outcome(ORDER, asked().answer(json.dumps(content).encode()), POI)


def test_an_answer_about_another_operation_is_none() -> None:
    """Of another number, or of another sum than was ordered."""
    order = Order(reference="A000000001", cents=Cents(1099), after="90210")
    for other in ({"operationid": "90211"}, {"total": "1100"}):
        talk = Cashdro(CashdroSettings(host="h", user="adm"), "x").outcome(order)
        assert isinstance(next(talk), Send)
        assert isinstance(talk.send(None), Hear)
        stands = {"operationid": "90210", "total": "1099"} | SOUND | other
        body = json.dumps({"code": 1, "data": json.dumps({"operation": stands})}).encode()
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        assert isinstance(talk.send(answer), HangUp)
        with pytest.raises(AnswerError):
            talk.send(None)


def test_a_wrong_password_is_known_before_anything_is_ordered() -> None:
    talk = Cashdro(CashdroSettings(host="h", user="adm"), "x").begin(ORDER)
    assert isinstance(next(talk), Send)
    assert isinstance(talk.send(None), Hear)
    body = b'{"code":-1,"data":""}'
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    assert isinstance(talk.send(answer), HangUp)
    with pytest.raises(NotTaken):
        talk.send(None)
