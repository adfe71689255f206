"""Time stamps of every make are taken, or refused, alike by the till and by an archive's verifier.

The till reads them by the system's libcrypto, the verifier by itself; `openssl cms` is asked, too.
"""

from datetime import UTC, datetime
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from pos_terminal.archive.verifier.stamps import NoStamp, stamped
from pos_terminal.crypto import timestamp
from pos_terminal.crypto.library import CryptoError
from tests.support.stamp_maker import STAMPING, Maker

TEXT = b"a checkpoint's note\n"
NOW = datetime.now(UTC)
THEN = datetime(2020, 6, 1, tzinfo=UTC)
TIME = f"{NOW:%Y}"
PSS = ("-keyopt", "rsa_padding_mode:pss")


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    made = Maker(tmp_path_factory.mktemp("stamps") / "maker")
    made.certificate("root", ca=True)
    made.certificate("other", ca=True)
    made.certificate("between", "root", ca=True)
    made.certificate("none", "root")
    made.certificate("tsa", "root", uses=STAMPING)
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    made.certificate("rsa", "root", key=rsa_key, uses=STAMPING)
    p384 = ec.generate_private_key(ec.SECP384R1())
    made.certificate("p384", "root", key=p384, uses=STAMPING)
    made.certificate("below", "between", uses=STAMPING)
    made.certificate("of nobody", "none", uses=STAMPING)
    made.certificate("no use", "root")
    made.certificate("not critical", "root", uses=STAMPING, critical=False)
    made.certificate("two uses", "root", uses=(*STAMPING, ExtendedKeyUsageOID.CODE_SIGNING))
    made.certificate("ended", "root", uses=STAMPING, ends=2021)
    return made


def read(stamp: bytes, text: bytes, authorities: bytes) -> list[str]:
    """What each of the two says: the time, or why not."""
    said = []
    for reader in (timestamp.time_of, stamped):
        try:
            said.append(f"{reader(stamp, text, authorities):%Y}")
        except (CryptoError, NoStamp) as error:
            said.append(str(error))
    return said


class Case(NamedTuple):
    """Who signs, with whom beside, and how; which authority is named; why it is refused."""

    signer: str
    authority: str = "root"
    chain: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    at: datetime = NOW
    why: str = ""


TAKEN = {
    "ECDSA": Case("tsa"),
    "ECDSA, P-384, SHA-384": Case("p384", options=("-md", "sha384")),
    "RSA": Case("rsa"),
    "RSA-PSS": Case("rsa", options=PSS),
    "RSA-PSS, SHA-512": Case("rsa", options=("-md", "sha512", *PSS)),
    "an authority between": Case("below", chain=("between",)),
    "the one between is named": Case("below", "between"),
    "a certificate that ended since": Case("ended", at=THEN),
}
REFUSED = {
    "an authority that was not named": Case("tsa", "other", why="ne mène à aucune"),
    "the one between is missing": Case("below", why="ne mène à aucune"),
    "by one who is no authority": Case("of nobody", chain=("none",), why="ne mène à aucune"),
    "a certificate for something else": Case("no use", why="ne peut horodater"),
    "its use is not critical": Case("not critical", why="ne peut horodater"),
    "a certificate for more": Case("two uses", why="ne peut horodater"),
    "a certificate that had ended": Case("ended", why="ne mène à aucune"),
}


def made(maker: Maker, case: Case) -> bytes:
    return maker.stamp(TEXT, case.signer, case.chain, case.options, at=case.at)


@pytest.mark.parametrize("case", TAKEN.values(), ids=TAKEN)
def test_it_is_taken(maker: Maker, case: Case) -> None:
    stamp, year = made(maker, case), f"{case.at:%Y}"
    assert read(stamp, TEXT, maker.pem(case.authority)) == [year, year]
    assert maker.accepted_by_openssl(stamp, case.authority, case.at)
    wrong = bytearray(stamp)
    wrong[-1] ^= 1
    assert year not in read(bytes(wrong), TEXT, maker.pem(case.authority))


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_it_is_refused(maker: Maker, case: Case) -> None:
    stamp = made(maker, case)
    till, archive = read(stamp, TEXT, maker.pem(case.authority))
    assert "la signature de l'horodatage ne tient pas" in till
    assert case.why in archive
    assert not maker.accepted_by_openssl(stamp, case.authority, case.at)


def test_what_openssls_cms_does_not_ask_for_is_refused_too(maker: Maker) -> None:
    root = maker.pem("root")
    unnamed = maker.stamp(TEXT, "tsa", names_signer=False)
    assert TIME not in read(unnamed, TEXT, root)
    weak = maker.stamp(TEXT, "tsa", options=("-md", "sha1"))
    assert read(weak, TEXT, root)[1] == "son empreinte n'est pas de SHA-2"
    assert "pas SHA-2" in read(weak, TEXT, root)[0]
    right = maker.stamp(TEXT, "tsa")
    assert "c'est l'horodatage d'autre chose" in read(right, b"else", root)
    other = maker.stamp(TEXT, "tsa", kind="1.2.840.113549.1.7.1")
    assert TIME not in read(other, TEXT, root)
