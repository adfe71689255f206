"""The command without a browser: who is let in, what may be asked, and what is left behind."""

import json
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.support.counter_page import Opened, counter, press


def test_a_key_reaches_the_till_and_what_it_shows_comes_back(opened: Opened) -> None:
    assert opened.act(*press("F1")) == (204, "")
    opened.wait("panel", "display", r"BAGUETTE +x1.*1,05 +1,05")
    assert opened.act(*press("F12")) == (204, "")
    opened.wait("panel", "display", "TOTAL +1,05")
    opened.wait("state", "drawer", "1")


def test_a_foreign_host_origin_or_token_is_refused(opened: Opened) -> None:
    good = {"Host": opened.host}
    assert opened.ask(headers=good)[0] == 200
    assert opened.ask(headers={"Host": "evil.example"})[0] == 421
    rebound = opened.host.replace("127.0.0.1", "rebound.example")
    assert opened.ask(headers={"Host": rebound})[0] == 421
    foreign = good | {"Origin": "http://evil.example"}
    assert opened.ask("POST", "acts", "[]", headers=foreign)[0] == 403
    assert opened.ask("POST", "acts", "[]", headers=good | {"Origin": "null"})[0] == 403
    own = good | {"Origin": f"http://{opened.host}"}
    assert opened.ask("POST", "acts", "[]", headers=own)[0] == 204
    assert opened.ask(root="/another-token/")[0] == 404
    assert opened.ask(root="/")[0] == 404


def test_no_other_page_is_told_that_it_may_ask(opened: Opened) -> None:
    """No CORS: neither a question beforehand nor an answer names an origin that may read it."""
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    own = {"Origin": f"http://{opened.host}"}
    for method, headers, status in (
        ("OPTIONS", asked, 403), ("OPTIONS", own, 405), ("GET", own, 200),
    ):  # fmt: skip
        connection = HTTPConnection(opened.host, timeout=30)
        connection.request(method, opened.path, headers=headers)
        answer = connection.getresponse()
        assert answer.status == status
        assert [name for name in answer.headers if name.lower().startswith("access-control")] == []
        connection.close()


def test_no_socket_is_opened_for_a_foreign_page(opened: Opened) -> None:
    """There is no WebSocket: asked for one, the page answers as to any request."""
    asked = {
        "Host": opened.host, "Connection": "Upgrade", "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }  # fmt: skip
    foreign = asked | {"Origin": "http://evil.example"}
    for path in ("events", "acts", ""):
        assert opened.ask(path=path, headers=foreign)[0] == 403
        assert opened.ask(path=path, headers=asked | {"Host": "evil.example"})[0] == 421


@pytest.mark.parametrize(
    "body",
    [
        "", "{}", "[{}]", '[{"type":"explode"}]', '[{"type":"weigh","grams":"much"}]', "\0",
        '[{"type":"cable","device":"till","ail":"mute","on":true}]',
        json.dumps([{"type": "drawer"}] * 300),
        json.dumps([{"type": "scan", "code": "9" * 5001}]),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_the_reason(opened: Opened, body: str) -> None:
    status, why = opened.ask("POST", "acts", body)
    assert status == 400
    assert why


def test_what_cannot_be_is_said(opened: Opened) -> None:
    assert opened.act(*press("F24"))[0] == 409
    assert opened.act({"type": "choose", "keymap": "../../etc/passwd"})[0] == 409
    assert opened.ask("POST", "acts", " " * 70_000)[0] == 413
    assert opened.ask(path="counter.py")[0] == 404
    assert opened.ask(path="papers?before=x")[0] == 400


def test_a_scan_of_4000_characters_is_the_tills_to_refuse(opened: Opened) -> None:
    assert opened.act({"type": "scan", "code": "7" * 4000}) == (204, "")
    opened.wait("tone", "", "refused")
    assert opened.act(*press("ESC")) == (204, "")
    opened.act(*press("F2"))
    opened.wait("panel", "display", "TRADITION")
    opened.act(*press("DELETE"))


def test_a_hundred_keys_at_once_are_all_rung_up(opened: Opened) -> None:
    assert opened.act(*press(*["F2"] * 100), *press("KPPLUS")) == (204, "")
    opened.wait("panel", "display", r"SOUS-TOTAL +100 ART.* 130,00")
    opened.act(*press("DELETE"))


def test_two_windows_see_the_same(opened: Opened) -> None:
    windows = [opened.told(), opened.told()]
    displays = [(each for each in told if each["name"] == "display") for told in windows]
    for display in displays:
        next(display)
    opened.act(*press("F3"))
    for display in displays:
        assert any("CAMPAGNE" in each["value"] for each in display)
    opened.act(*press("DELETE"))


def test_a_state_of_ones_own_stays_and_is_gone_on_with(tmp_path: Path) -> None:
    state, temporary = tmp_path / "state", tmp_path / "tmp"
    temporary.mkdir()
    with counter("--state", state, temporary=temporary) as page:
        page.act(*press("F1", "F12"))
        page.wait("panel", "display", "TOTAL +1,05")
    with counter("--state", state, temporary=temporary) as page:
        page.wait("panel", "figures", r"Tickets\|+1\|.*BAGUETTE\|+1,05")
    assert (state / "journal.db").exists()
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("journal.mark", '{"first":"00","store":"1","terminal":"1","simulated":false}'),
        pytest.param("journal.db", "", marks=pytest.mark.slow),
        pytest.param("terminal.good.toml", "[terminal]\n", marks=pytest.mark.slow),
    ],
)
def test_a_real_tills_state_is_left_as_it_is(tmp_path: Path, name: str, text: str) -> None:
    """Its last good settings, above all: with the page's, it would look for devices here."""
    (tmp_path / name).write_text(text)
    command = [sys.executable, "-m", "pos_terminal", "counter", "--state", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "J-105" in done.stderr
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [(name, text)]


def test_a_port_that_is_taken_is_said_with_what_helps() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "pos_terminal", "counter", "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "C-135" in done.stderr
    assert "--port 0" in done.stderr


@pytest.mark.slow
def test_mistakes_of_an_owner_are_shown_with_line_and_reason_and_mended(tmp_path: Path) -> None:
    own, temporary = tmp_path / "shop", tmp_path / "tmp"
    temporary.mkdir()
    made = ("--name", "CHEZ MOI", "--address", "2 rue Haute", "--siret", "73282932000074")
    command = [sys.executable, "-m", "pos_terminal", "config", "new", "cave", str(own), *made]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    settings, articles = own / "terminal.toml", own / "catalog.csv"
    good = settings.read_text(), articles.read_text()
    settings.write_text(good[0].replace('number = "1"', 'nombre = "1"'))
    line = 1 + settings.read_text().splitlines().index('nombre = "1"')
    with counter("--config", settings, temporary=temporary) as page:
        page.wait("panel", "mistakes", rf"terminal\.toml:{line}\|.*nombre")
        settings.write_text(good[0])
        broken = good[1].splitlines()
        broken[2] = broken[2].replace(",", ",,", 1)
        articles.write_text("\n".join(broken))
        page.wait("panel", "mistakes", r"catalog\.csv:3\|")
        articles.write_text(good[1])
        page.wait("state", "power", "^on$")
        assert page.act(*press("KP1", "KPENTER")) == (204, "")
        page.wait("panel", "display", r"x1")
