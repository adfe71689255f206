"""The paper that says where the owner's console is. Pure."""

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.printing.report import shop_head
from pos_terminal.domain.receipt import Align, Qr, Receipt, Row, Rule, Text


def console_paper(identity: Identity, address: str, fingerprint: str, moment: Moment) -> Receipt:
    """Its address, as text and to be scanned, and the SHA-256 of its certificate in hexadecimal."""
    pairs = [fingerprint[at : at + 2].upper() for at in range(0, len(fingerprint), 2)]
    lines = (":".join(pairs[at : at + 8]) for at in range(0, len(pairs), 8))
    return Receipt(
        say("console"),
        (
            *shop_head(identity, say("CONSOLE"), moment),
            Rule(),
            Qr(address),
            Text(address, Align.CENTRE, bold=True),
            Rule(),
            Text(say("Empreinte SHA-256 du certificat, à comparer la première fois :")),
            *(Text(line, Align.CENTRE) for line in lines),
            Rule(),
            Row(say("Se connecter"), say("chiffres, ACCES, ACCES, PIN")),
            Text(say("CE N'EST PAS UN TICKET"), Align.CENTRE),
        ),
    )
