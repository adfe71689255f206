"""What a line loses before it is kept or leaves the box, and what it keeps."""

import pytest

from pos_terminal.domain.redaction import RULES, redacted
from pos_terminal.domain.staff.support import CODE_ALPHABET, CODE_LENGTH, spoken

SECRETS = {
    "PIN: 4711 typed": "PIN: *** typed",
    "login with password=hunter2!": "login with password=***",
    "mot de passe : soleil34": "mot de passe : ***",
    "Authorization: Bearer eyJhbGciOi.J9.x": "Authorization: ***",
    "token: abc.def sent": "token: *** sent",
    "token abc3.def sent": "token *** sent",
    "to eve.dupont+x@example.org": "to ***@***",
    "paid with 4970 1012 3456 7890": "paid with ********",
    "call 06 12 34 56 78": "call ********",
    "voucher $YB248109347753": "voucher $***",
    "track %B4970101234567890^LAGADEC/SERAPHINE^25122010000?": "track ***",
    "track ;4970101234567890=25122010000?": "track ***",
    "wrote b'\\x1b@MME LAGADEC' to it": "wrote *** to it",
    "text «Mme Lagadec» cut": "text *** cut",
    'sent "Séraphine Lagadec", 3 lines': "sent ***, 3 lines",
    "customer=Séraphine Lagadec, 3 lines": "customer=***, 3 lines",
    "nom : Séraphine Lagadec": "nom : ***",
    "auth 482913, accepted": "auth ***, accepted",
    "numéro d'autorisation : 482913": "numéro d'autorisation : ***",
    "code K7QM-3XZP-9TRD typed": "code *** typed",
    "code K7QM3XZP9TRD typed": "code *** typed",
    "bytes 1b 40 4d 4d 45 20 4c 41 47 sent": "bytes *** sent",
}
KEPT = (
    "P-103 PLUS DE PAPIER",
    "No such file or directory: '/dev/pos/scanner'",
    "no driver 'serial-scanner' for the device 'scanner'",
    "l'état d'un tiroir n'est pas connu",
    "no secret was found: $CREDENTIALS_DIRECTORY is not set",
    "the till's journal can't be read",
    "T 1234, 2026-11-29 17:04, 12 records, 3 s",
    "serial 00:1b:44:11",
    "usb 04b8:0e15 J4XF012345, M-125 NUMERO D'AUTO ?",
)


@pytest.mark.parametrize("line", SECRETS)
def test_a_secret_goes(line: str) -> None:
    assert redacted(line) == SECRETS[line]


def test_no_sign_of_a_supports_code_is_left_out() -> None:
    for at in range(len(CODE_ALPHABET)):
        code = (CODE_ALPHABET[at:] + CODE_ALPHABET[:at])[:CODE_LENGTH]
        assert redacted(spoken(code)) == "***"


@pytest.mark.parametrize("line", KEPT)
def test_what_a_technician_needs_stays(line: str) -> None:
    assert redacted(line) == line


@pytest.mark.parametrize("rule", range(len(RULES)))
def test_without_any_one_of_the_rules_a_secret_is_told(rule: int) -> None:
    """So each is needed, and each mutation of the rules is noticed."""
    others = [*RULES[:rule], *RULES[rule + 1 :]]
    assert [line for line, left in SECRETS.items() if redacted(line, others) != left]
