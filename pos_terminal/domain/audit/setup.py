"""What is in force at a till: program, settings, catalogue and the like, as records say. Pure."""

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.payment import (
    TerminalKnown,
    TerminalReckoned,
    TerminalSettled,
    differing,
)
from pos_terminal.domain.events.period import Archived, Period, PeriodClosed
from pos_terminal.domain.events.prepaid import VouchersKeyed
from pos_terminal.domain.events.staff import ClerkChanged, ClerksFound
from pos_terminal.domain.events.system import (
    CatalogChanged,
    CompanyIdentified,
    ConfigurationChanged,
    ProgramFound,
    PromotionsChanged,
    TillStarted,
    TillStopped,
    VersionChanged,
)
from pos_terminal.domain.events.values import PreviousEnd


class Setup(Struct, frozen=True):
    """The program's version, and the SHA-256 of settings, catalogue and promotions.

    They are empty before the first start; promotions also where there are none.

    `vouchers` is the fingerprint of the vouchers' key.

    `clerks` is the SHA-256 of the clerks' file, empty where there is none.

    `program` is the digest of its files, `company` whose till it is.

    `year_closed` is the record of the last fiscal year's closure, `archived` the last record of
    those that archives hold from the first on.

    `terminals` are payment terminals, by their names here, with the numbers that they are known by.

    `differing` are those whose sums differ from the journal's, by so many cents, and nobody has
    explained it.

    `up` from a start until the stop that was said: a start that finds it so follows a crash.
    """

    version: str = ""
    configuration: str = ""
    catalog: str = ""
    up: bool = False
    promotions: str = ""
    clerks: str = ""
    vouchers: str = ""
    program: str = ""
    company: CompanyIdentified | None = None
    year_closed: int = 0
    archived: int = 0
    terminals: tuple[tuple[str, str], ...] = ()
    differing: tuple[tuple[str, int], ...] = ()

    @property
    def archive_due(self) -> bool:
        """Whether a fiscal year is closed, and no archive holds it yet (BOFiP, § 220)."""
        return self.archived < self.year_closed

    def after(self, event: Event) -> "Setup":
        """What is in force after `event`; the same object where it changes nothing."""
        match event:
            case TillStarted():
                return replace(
                    self,
                    version=event.version,
                    configuration=event.configuration,
                    catalog=event.catalog,
                    up=True,
                    promotions=event.promotions,
                )
            case ProgramFound():
                return replace(self, program=event.digest)
            case CompanyIdentified():
                return replace(self, company=event)
            case PeriodClosed() | Archived():
                return self._filed(event)
            case TillStopped():
                return replace(self, up=False)
            case VersionChanged():
                return replace(self, version=event.after)
            case ConfigurationChanged():
                return replace(self, configuration=event.after)
            case CatalogChanged():
                return replace(self, catalog=event.catalog)
            case PromotionsChanged():
                return replace(self, promotions=event.promotions)
            case VouchersKeyed():
                return replace(self, vouchers=event.key)
            case ClerkChanged() | ClerksFound():
                return replace(self, clerks=event.clerks)
            case _:
                return self._met(event)

    def _met(self, event: Event) -> "Setup":
        """A payment terminal, or one in its place; a difference of its sums, or none any more."""
        match event:
            case TerminalKnown():
                known = {**dict(self.terminals), event.terminal: event.identity}
                return replace(self, terminals=tuple(sorted(known.items())))
            case TerminalReckoned() | TerminalSettled():
                left = differing(dict(self.differing), event)
                return replace(self, differing=tuple(sorted(left.items())))
        return self

    def _filed(self, event: PeriodClosed | Archived) -> "Setup":
        """What is closed and what is archived: an archive counts that begins where one ended."""
        if isinstance(event, PeriodClosed):
            year = event.period is Period.YEAR
            return replace(self, year_closed=event.last) if year else self
        follows = event.first <= self.archived + 1 and event.last > self.archived
        return replace(self, archived=event.last) if follows else self

    def started(self, now: "Setup") -> tuple[Event, ...]:
        """What a start with `now` in force records: itself, and what has changed since the last."""
        before = PreviousEnd.CRASH if self.up else PreviousEnd.STOP
        started = TillStarted(
            version=now.version,
            after=before if self.version else PreviousEnd.FIRST,
            configuration=now.configuration,
            catalog=now.catalog,
            promotions=now.promotions,
        )
        same = now.company is None or now.company == self.company
        return (started, *self._changes(now), *(() if same else (now.company,)))

    def _changes(self, now: "Setup") -> tuple[Event, ...]:
        """Nothing at a till's first start: there is nothing to differ from."""
        if not self.version:
            return ()
        changed: list[Event] = []
        if self.version != now.version:
            changed.append(VersionChanged(before=self.version, after=now.version))
        if self.configuration != now.configuration:
            changed.append(ConfigurationChanged(before=self.configuration, after=now.configuration))
        if self.catalog != now.catalog:
            changed.append(CatalogChanged(catalog=now.catalog))
        if self.promotions != now.promotions:
            changed.append(PromotionsChanged(promotions=now.promotions))
        return tuple(changed)
