"""`CONTROLE`: archive, accounting file, tables and notice on a stick, for an inspector."""

from pos_terminal.domain import faults
from pos_terminal.domain.audit.inspection import EvidenceWritten
from pos_terminal.domain.audit.jet import EXPORT
from pos_terminal.domain.counter import authority
from pos_terminal.domain.counter.cash import between_sales
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.steps import PrintReport, Show, Sound, Step, WriteEvidence
from pos_terminal.domain.display import inspection as display
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.printing import inspection


def key(desk: Desk, _: str, __: Moment) -> Step:
    """Have it written, and who wanted it recorded; what was written then is on paper."""
    desk.nothing_typed()
    between_sales(desk)
    if not desk.rules.inspection.directory:
        raise Refused(faults.NO_STICK_SET)
    authority.need(desk, Right.INSPECTION)
    allowed = f", accord de {desk.authority}" if desk.authority else ""
    asked = TechnicalEvent(code=EXPORT, detail=f"contrôle demandé à la caisse{allowed}")
    effects = (WriteEvidence(), Show(display.writing(), private=True), Sound(Tone.ACCEPTED))
    return Step((asked,), effects)


def written(desk: Desk, done: EvidenceWritten, moment: Moment) -> Step:
    """Its paper; where it failed, that, at the counter and on record."""
    paper = PrintReport(inspection.paper(desk.identity, done, moment, desk.clerk), patient=True)
    if done.fault is None:
        shown = () if desk.busy else (Show(display.written(len(done.files)), private=True),)
        return Step(effects=(*shown, Sound(Tone.ACCEPTED), paper))
    failed = TechnicalEvent(code=EXPORT, detail=f"contrôle, échec : {done.fault} {done.detail}")
    told = desk.notify(done.fault)
    return Step((failed,), (*told.effects, *((paper,) if done.files else ())))
