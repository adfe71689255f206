"""All that a shop decides about its counter, in one value: each part is a table of its settings."""


from msgspec import Struct, field

from pos_terminal.domain.audit.inspection import NO_INSPECTION, InspectionRules
from pos_terminal.domain.display.rules import ORDINARY_DISPLAY, DisplayRules
from pos_terminal.domain.period.closing import ClosingHours
from pos_terminal.domain.period.drawer import ONE_DRAWER, Drawers
from pos_terminal.domain.printing.paper_rules import ORDINARY_PAPERS, PaperRules
from pos_terminal.domain.sale.refunds import ORDINARY_REFUNDS, RefundRules
from pos_terminal.domain.sale.terms import ORDINARY_TERMS, Terms
from pos_terminal.domain.tender.tender import (
    ORDINARY_ACCOUNTS,
    ORDINARY_RULES,
    AccountRules,
    TenderRules,
)
from pos_terminal.domain.tender.terminals import NO_TERMINALS, Terminals


class Rules(Struct, frozen=True, kw_only=True):
    """The shop's rules. `default_vat`, basis points, holds for articles without a rate."""

    default_vat: int = 550
    tenders: TenderRules = ORDINARY_RULES
    sales: Terms = ORDINARY_TERMS
    papers: PaperRules = ORDINARY_PAPERS
    refunds: RefundRules = ORDINARY_REFUNDS
    accounts: AccountRules = ORDINARY_ACCOUNTS
    drawers: Drawers = ONE_DRAWER
    terminals: Terminals = NO_TERMINALS
    display: DisplayRules = ORDINARY_DISPLAY
    inspection: InspectionRules = NO_INSPECTION
    closing: ClosingHours = field(default_factory=ClosingHours)

    @property
    def most_reasons(self) -> int:
        """How far the numbers of reasons go, whatever they are for."""
        return max(self.sales.most_reasons, self.tenders.most_reasons, len(self.refunds.reasons))


ORDINARY = Rules()
"""A till that was told nothing else."""
