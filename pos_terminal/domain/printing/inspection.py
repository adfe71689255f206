"""The paper for an inspector: what was written on the stick, and by what to know it again."""

from collections.abc import Iterator

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.audit.inspection import EvidenceWritten
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.printing.report import shop_head
from pos_terminal.domain.receipt import Block, Receipt, Row, Rule, Text


def paper(identity: Identity, written: EvidenceWritten, moment: Moment, operator: int) -> Receipt:
    """Each file with its size and its SHA-256; who had it written, and room to sign for it."""
    return Receipt(
        title=f"controle {moment.at[:16]}",
        blocks=(
            *shop_head(identity, say("CONTROLE FISCAL"), moment),
            Row(say("Dossier"), written.folder),
            Row(say("Vendeur"), str(operator)),
            Rule(),
            *_files(written),
            Rule(),
            Text(say("L'archive se vérifie seule : LISEZMOI.txt dit comment.")),
            Text(f"{say('Remis à')} : {'_' * 20}"),
        ),
    )


def _files(written: EvidenceWritten) -> Iterator[Block]:
    for each in written.files:
        yield Row(each.name, f"{each.size}")
        yield Text(f"  {each.sha256}")
    if written.fault:
        yield Text(f"{written.fault} : {written.detail}", bold=True)
