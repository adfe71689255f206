"""The service «witness»: a stock witness of transparency logs sees a till grow, and forks refused.

Witness and verifier are aics-witness and aics-tlog: other hands, by the same specifications.
"""

import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

import pos_terminal
from pos_service_witness import Messenger, WitnessSettings
from pos_terminal.__main__ import main
from pos_terminal.agent.world import Agent
from pos_terminal.channel.evidence import CheckpointAsked
from pos_terminal.channel.interface import CHECKPOINT
from pos_terminal.domain import faults
from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.staff import OperatorSignedOn
from pos_terminal.journal.continuation import MARGIN
from pos_terminal.journal.database import reading
from pos_terminal.journal.note import cosigner
from pos_terminal.journal.store import Journal
from pos_terminal.journal.submission import monitored, signed_note, submission, take
from pos_terminal.journal.verify import verify
from pos_terminal.testing.running import run
from tests.support.journaled import Line
from tests.support.journaling import SIGN_ON, database, moment
from tests.support.net_witness import NetWitness
from tests.support.own_environment import installed
from tests.support.service_world import world
from tests.support.shop import Shop, open_shop


def table(witness: NetWitness) -> dict[str, Any]:
    return {"urls": [witness.url], "hosts": ["127.0.0.1"], "ca": str(witness.pem)}


@asynccontextmanager
async def between(folder: Path, shop: Shop, witness: NetWitness) -> AsyncIterator[Messenger]:
    """The service's messenger, beside a till that runs in that folder."""
    settings = msgspec.convert(table(witness), WitnessSettings)
    async with world(shop.state, table(witness), "witness") as (agent, _):
        yield Messenger(agent, settings, witness.url)


def incidents(messenger: Messenger) -> dict[str, str]:
    agent: Agent = messenger._agent
    return {row.code: row.detail for row in agent.incidents}


def sold_before(state: Path, records: int, event: Event = SIGN_ON) -> None:
    """So many records of earlier days, all at once."""

    async def body() -> None:
        till = Identity("1", "2", pos_terminal.__version__, simulated=False)
        journal = Journal.open(state, till)
        await journal.append([event] * records, moment())
        await journal.close()

    run(body())


async def sell(shop: Shop, tickets: int) -> None:
    for _ in range(tickets):
        await shop.type("1 PLU CASH")
    if tickets:
        await shop.journaled(SaleClosed, tickets)


def trusting(*witnesses: NetWitness, quorum: int = 1) -> str:
    keys = ", ".join(f'"{each.vkey}"' for each in witnesses)
    return f"\n[witness]\nkeys = [{keys}]\nquorum = {quorum}\n"


@pytest.fixture
def witness(tmp_path: Path) -> NetWitness:
    return NetWitness(tmp_path / "w1")


@pytest.mark.slow
def test_a_stock_witness_cosigns_a_till_that_was_away_for_long(
    tmp_path: Path, witness: NetWitness, capsys: pytest.CaptureFixture[str]
) -> None:
    place, log = tmp_path / "shop", tmp_path / "log.note"

    async def first() -> None:
        async with (
            open_shop(place, more=trusting(witness)) as shop,
            between(tmp_path, shop, witness) as messenger,
        ):
            await messenger.round()  # nobody there
            assert incidents(messenger) == {}, "once is no incident"
            with witness.up():
                for _ in range(3):
                    await messenger.round()
                vkey = signed_note(shop.state).vkey
                assert incidents(messenger) == {
                    "B-139": f"HTTP 404 : il ne connaît pas {vkey}"
                }
                witness.know(vkey)
            with witness.up():  # it reads its settings as it starts
                await messenger.round()
                assert incidents(messenger) == {}

    async def body() -> None:
        async with open_shop(place, more=trusting(witness)) as shop:
            async with between(tmp_path, shop, witness) as messenger:
                messenger._known = 1  # as before it went away
                with witness.up():
                    await messenger.round()
                    asked = CheckpointAsked(messenger._known)
                    offered = await shop.till.call(CHECKPOINT, asked)
                    assert offered.size == offered.last == messenger._cosigned >= 256
            # The agent was started anew, and has forgotten what the witness knows.
            async with between(tmp_path, shop, witness) as messenger:
                with witness.up():
                    await messenger.round()
                    assert incidents(messenger) == {}
                    assert messenger._known == offered.size

    run(first())
    sold_before(place / "state", 600)
    run(body())
    found = verify(database(place / "state"))
    assert found.witnessed >= 256 and found.exposed == found.records - found.witnessed
    state = str(place / "state")
    assert main(["journal", "verify", "--state", state, "--witness", witness.vkey]) == 0
    assert main(["journal", "verify", "--state", state, "--witness", "00" * 32]) == 1
    capsys.readouterr()
    assert main(["journal", "note", "--state", state, "--json"]) == 0
    shown = msgspec.json.decode(capsys.readouterr().out)
    log.write_text(shown["note"])
    program = installed("witness", "aics-tlog")
    words = ["verify-checkpoint", "--note", str(log), "--log-key", shown["vkey"]]
    words += ["--witness-key", witness.vkey, "--quorum", "1"]
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_witness_refuses_an_earlier_copy_and_a_fork(tmp_path: Path, witness: NetWitness) -> None:
    place = tmp_path / "shop"

    async def seen(tickets: int) -> dict[str, str]:
        async with open_shop(place, more=trusting(witness)) as shop:
            await sell(shop, tickets)
            async with between(tmp_path, shop, witness) as messenger:
                witness.know(signed_note(shop.state).vkey)
                with witness.up():
                    await messenger.round()
                    await messenger.round()
                    return incidents(messenger)

    assert run(seen(1)) == {}
    yesterday = shutil.copytree(place / "state", tmp_path / "yesterday")
    sold_before(place / "state", 300)
    assert run(seen(0)) == {}
    shutil.rmtree(place / "state")
    shutil.copytree(yesterday, place / "state")
    assert "un témoin connaît" in run(seen(0))[faults.WITNESS_REFUSES.code]
    # Sold on with the till's own keys until it is as long again: another history of that length.
    sold_before(place / "state", 301)
    assert list(run(seen(0))) == [faults.WITNESS_REFUSES.code]


def test_only_the_witnesses_of_the_settings_count_and_as_many_as_they_want(
    tmp_path: Path, witness: NetWitness
) -> None:
    other = NetWitness(tmp_path / "w2", "witness.example/w2")

    async def body() -> None:
        more = trusting(witness, quorum=2)
        async with open_shop(tmp_path / "shop", more=more) as shop:
            await sell(shop, 1)
            for each in (witness, other):
                each.know(signed_note(shop.state).vkey)
                async with between(tmp_path, shop, each) as messenger:
                    with each.up():
                        for _ in range(3):
                            await messenger.round()
                        codes = list(incidents(messenger))
                assert codes == ([] if each is witness else [faults.WITNESS_SILENT.code])

    run(body())
    state = database(tmp_path / "shop" / "state")
    assert verify(state).witnessed > 0
    assert verify(state, quorum=2).witnessed == 0
    assert verify(state).witnesses == (cosigner(witness.vkey).witness,)


def cosigned(state: Path, witness: NetWitness, known: int, *, keep: bool = True) -> Path:
    """Hand the newest checkpoint in; the file with what the witness shows to all from then on."""
    handed, note = submission(state, known), state.with_name("note")
    witness.hand_in(handed.body)
    with reading(database(state)) as reader:
        note.write_bytes(witness.shown(monitored(reader)))
    if keep:
        key = cosigner(witness.vkey)
        assert take(database(state), handed.size, note.read_text(), [key]) == [key.name]
    return note


def test_a_till_whose_card_died_goes_on_from_what_the_witness_shows(
    tmp_path: Path, witness: NetWitness, capsys: pytest.CaptureFixture[str]
) -> None:
    state, other, foreign = tmp_path / "state", tmp_path / "other", tmp_path / "foreign"
    forked = tmp_path / "forked"
    sold_before(state, 300)
    witness.know(signed_note(state).vkey)
    with witness.up():
        cosigned(state, witness, 0)
        shutil.copytree(state, tmp_path / "copy")
        shutil.copytree(state, forked)
        sold_before(state, 300)
        note = cosigned(state, witness, 256, keep=False)
    shutil.rmtree(state)
    (tmp_path / "copy").rename(state)
    sold_before(forked, 1, OperatorSignedOn(operator=8))
    sold_before(forked, 300)
    sold_before(other, 20)
    for each in (state, forked, other):
        shutil.rmtree(each / "keys")
    foreign.write_text(note.read_text().replace("\n512\n", "\n511\n"))
    line, paper = Line(state, capsys), ("--last-ticket", "0", "--last-z", "0")
    asked = ("journal", "continue", "--because", "carte morte")

    with pytest.raises(SystemExit) as misused:
        line(*asked)
    words = capsys.readouterr().err
    assert misused.value.code == 2 and "witness.example/w1" in words and "/checkpoint" in words
    for shown, where, code in (
        (foreign, state, "J-112"),  # what the witness did not sign
        (note, other, "J-112"),  # a journal that knows no witness
        (note, forked, "J-111"),  # one that it saw otherwise
    ):
        status, said = line(*asked, "--seen", shown, *paper, state=where)
        assert (status, said["code"]) == (1, code), said
    status, went = line(*asked, "--seen", note, *paper)
    assert status == 0, went
    assert (went["seen"], went["lost"], went["lost_cents"]) == (512, 512 - went["after"], 0)
    assert verify(database(state)).records > went["after"]
    # Away: by the paper alone, which is on record as such.
    status, went = line(*asked, "--last-ticket", "5", "--last-z", "2", state=other)
    assert (status, went["seen"], went["tickets"], went["z"]) == (0, 0, {"T": 5 + MARGIN}, 2)
