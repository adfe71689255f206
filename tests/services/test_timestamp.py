"""The service «timestamp»: a real authority (OpenSSL's `ts`) dates a till, and others verify it.

The counterparts are OpenSSL and rfc3161-client; the archive's own verifier reads the DER by itself.
"""

import subprocess
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from rfc3161_client import VerifierBuilder, decode_timestamp_response

from pos_service_timestamp import Dater, TimestampSettings
from pos_terminal.__main__ import main
from pos_terminal.archive.make import make
from pos_terminal.archive.verifier.stamps import NoStamp, stamped
from pos_terminal.crypto import timestamp
from pos_terminal.crypto.library import CryptoError
from pos_terminal.domain import faults
from pos_terminal.journal import dating
from pos_terminal.journal.database import reading
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.submission import note_at
from pos_terminal.journal.verify import verify
from pos_terminal.testing.running import run
from tests.attacks.on_archives import signs
from tests.attacks.on_keys import SALES
from tests.support.journaling import SIGN_ON, database, kept
from tests.support.season import unpacked
from tests.support.service_world import world
from tests.support.shop import open_shop
from tests.support.stamp_authority import Authority


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


def table(authority: Authority) -> dict[str, Any]:
    return {"url": authority.url, "hosts": ["127.0.0.1"], "ca": str(authority.pem)}


def test_a_till_is_dated_once_there_is_a_line(tmp_path: Path, authority: Authority) -> None:
    other = Authority(tmp_path / "other")

    async def body() -> None:
        more = f'\n[timestamp]\nca = "{authority.ca}"\n'
        async with open_shop(tmp_path / "shop", more=more) as shop:
            for each, codes in ((other, ["B-141"]), (authority, [])):
                with each.up():
                    settings = msgspec.convert(table(each), TimestampSettings)
                    async with world(shop.state, table(each), "timestamp") as (agent, _):
                        dater = Dater(agent, settings)
                        for _ in range(3):
                            await dater.round()
                        assert [row.code for row in agent.incidents] == codes
        async with world(tmp_path / "shop" / "state", table(authority), "timestamp") as (agent, _):
            dater = Dater(agent, settings)
            for _ in range(3):
                await dater.round()
            assert not list(agent.incidents), "a till that does not run is another's to say"

    run(body())
    state = database(tmp_path / "shop" / "state")
    found = verify(state, authorities=authority.ca.read_bytes())
    assert found.dated == 1 and found.dated_at.endswith("+00:00")
    assert found.witnessed == 0, "a date is no witness"
    asked = ["journal", "verify", "--state", str(state.parent), "--tsa"]
    assert main([*asked, str(authority.ca)]) == 0
    assert main([*asked, str(other.ca)]) == 1


@pytest.fixture
def dated(tmp_path: Path, authority: Authority) -> Path:
    state = tmp_path / "state"
    run(kept(state, [*SALES, *[SIGN_ON] * 256]))
    asked = dating.question(state)
    answer = authority.answer(asked.request)
    dating.take(database(state), asked.size, answer, authority.ca.read_bytes())
    assert dating.question(state).request == b"", "it is asked for once"
    return state


def test_an_archive_has_it_and_its_verifier_wants_it(
    tmp_path: Path, authority: Authority, dated: Path
) -> None:
    other = Authority(tmp_path / "other")
    make(dated, tmp_path / "dated.zip", sign=signs(dated))
    bare = tmp_path / "bare"
    run(kept(bare, SALES))
    make(bare, tmp_path / "bare.zip", sign=signs(bare))
    (tmp_path / "verify.py").write_bytes(unpacked(tmp_path / "dated.zip")["verify.py"])

    def asked(archive: str, ca: Path | None) -> int:
        tsa = ["--tsa", str(ca)] if ca else []
        alone = subprocess.run(
            [sys.executable, "-I", tmp_path / "verify.py", tmp_path / archive, *tsa],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        status = main(["archive", "verify", str(tmp_path / archive), *tsa])
        assert status == alone.returncode, alone.stdout + alone.stderr
        said = "il ne mène à aucune des autorités nommées"
        assert (said in alone.stdout) == (archive == "dated.zip" and status == 1)
        assert ("Daté jusqu'à" in alone.stdout) == (archive == "dated.zip" and status == 0)
        return status

    assert asked("dated.zip", None) == asked("dated.zip", authority.ca) == 0
    assert asked("dated.zip", other.ca) == 1
    assert asked("bare.zip", None) == 0
    assert asked("bare.zip", authority.ca) == 1, "absent where it is wanted"


def test_three_readers_agree(authority: Authority, dated: Path) -> None:
    """OpenSSL by ctypes, our own reading of the DER, and somebody else's client."""
    with reading(database(dated)) as reader:
        text = note_at(reader, 256)[0].encode()
        (row,) = reader.cosignatures()
    ca = authority.ca.read_bytes()
    assert timestamp.time_of(row.sig, text, ca) == stamped(row.sig, text, ca)
    answer = decode_timestamp_response(authority.answer(timestamp.request(text)))
    builder = VerifierBuilder().add_root_certificate(x509.load_pem_x509_certificate(ca))
    assert builder.build().verify(answer, sha256(text).digest())

    right, wrong = stamped(row.sig, text, ca), bytearray(row.sig)
    imprint = row.sig.index(sha256(text).digest())
    signed = {*range(imprint, imprint + 32), *range(len(wrong) - 40, len(wrong))}
    for place in range(len(wrong)):
        wrong[place] ^= 1
        for read in (timestamp.time_of, stamped):
            # What nobody signed may be otherwise: then it is the same stamp, of the same time.
            with suppress(CryptoError, NoStamp):
                assert read(bytes(wrong), text, ca) == right and place not in signed, place
        wrong[place] ^= 1


def test_what_is_no_stamp_of_this_is_refused(authority: Authority, dated: Path) -> None:
    for answer in (b"", b"\x30\x03\x02\x01\x00", authority.answer(timestamp.request(b"else"))):
        with pytest.raises(JournalError) as refused:
            dating.take(database(dated), 256, answer, authority.ca.read_bytes())
        assert refused.value.fault is faults.STAMP_REFUSED
