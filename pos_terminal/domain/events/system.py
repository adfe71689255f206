"""Events of the till itself: what an inspector reads in the journal of technical events (JET)."""

from typing import ClassVar

from msgspec import Struct

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.values import PreviousEnd


class TillStarted(Event, frozen=True, kw_only=True):
    """The program took the journal up. `after` is first, stop (it said TillStopped) or crash."""

    kind: ClassVar[str] = "till.started"
    version: str
    after: PreviousEnd
    configuration: str
    catalog: str
    promotions: str = ""


class TillStopped(Event, frozen=True, kw_only=True):
    """The program let the journal go on purpose."""

    kind: ClassVar[str] = "till.stopped"
    reason: str


class CatalogChanged(Event, frozen=True, kw_only=True):
    """Another catalogue is in force for the lines that follow; its file is kept by its SHA-256."""

    kind: ClassVar[str] = "catalog.changed"
    catalog: str


class PromotionsChanged(Event, frozen=True, kw_only=True):
    """Other promotions are in force from here on; their file is kept by its SHA-256.

    Empty: there are none.
    """

    kind: ClassVar[str] = "promotions.changed"
    promotions: str


class TechnicalEvent(Event, frozen=True, kw_only=True):
    """An entry of the JET. `code` is one of domain/audit/jet.py, `detail` says what, in French."""

    kind: ClassVar[str] = "jet"
    code: int
    detail: str


class CommandGiven(Event, frozen=True, kw_only=True):
    """At whose command the records are made that come with this one.

    `uid` and `user` are the operating system's user, `login` the one who had logged in where it is
    another (sudo). `grant` is the number of the grant by which it was asked for, 0 for none.
    """

    kind: ClassVar[str] = "command.given"
    command: str
    uid: int
    user: str
    login: str = ""
    grant: int = 0

    def __str__(self) -> str:
        """Who it was, for a person to read."""
        if self.grant:
            return f"autorisation {self.grant}"
        through = f", session de {self.login}" if self.login else ""
        return f"{self.user or 'utilisateur'} (uid {self.uid}{through})"


class KeyMade(Event, frozen=True, kw_only=True):
    """The till's signing keys come into force, with this record.

    `record_key` signs records (ECDSA P-256), `checkpoint_key` checkpoints (Ed25519); both are
    public keys as DER SubjectPublicKeyInfo in hex, and `key` is the SHA-256 of the first. `lost`
    are the keys of an earlier journal of this place, where somebody decided to begin another.
    `origin` is what a token said of the record key that it made, in French; empty for one on the
    card.
    """

    kind: ClassVar[str] = "key.made"
    key: str
    record_key: str
    checkpoint_key: str
    lost: tuple[str, ...] = ()
    origin: str = ""


class KeyRotated(Event, frozen=True, kw_only=True):
    """New keys take over with the next record. The old key signs this record; `proof` is the new
    record key's signature, DER in hex, over the ASCII text `old key id:new key id`. `origin` as in
    key.made.
    """

    kind: ClassVar[str] = "key.rotated"
    old: str
    key: str
    record_key: str
    checkpoint_key: str
    proof: str
    origin: str = ""


class LastNumber(Struct, frozen=True):
    """The last number that was, or may have been, given in a series."""

    series: str
    number: int


class KeyReplaced(Event, frozen=True, kw_only=True):
    """The keys in force are lost, and somebody decided that the till goes on under new ones.

    The new record key signs this record; no old key could agree, so it is that decision alone which
    links the two. `after` are the records that are there. A lost card took the newest records with
    it: numbering goes on behind `sale`, `tickets`, `days`, `months` and `years`, so that no number
    that may stand on paper is given again. `seen` is how many records a witness had seen, the last
    of them with the hash `seen_head`, and the perpetual totals as of then; 0 where none was asked.
    `origin` as in key.made. `agreed` is that of the till.handed_over before it: then nothing is
    lost, and the old key vouches for the new one.
    """

    kind: ClassVar[str] = "key.replaced"
    old: str
    key: str
    record_key: str
    checkpoint_key: str
    because: str
    after: int
    sale: int
    tickets: tuple[LastNumber, ...]
    days: int
    months: int
    years: int
    seen: int = 0
    seen_head: str = ""
    seen_net: int = 0
    seen_absolute: int = 0
    origin: str = ""
    agreed: str = ""

    @property
    def lost(self) -> int:
        """Records that the witness saw, and that are gone: as many at least."""
        return max(self.seen - self.after, 0)


class TillHandedOver(Event, frozen=True, kw_only=True):
    """The journal goes on in another box, under a key that was made there: here it is at its end.

    Nothing may follow but the key.replaced that brings this `key`, or another by somebody's
    decision, where that box is lost. `agreed` is the old record key's signature, DER in hex, of the
    ASCII text `old key id:new key id`.
    """

    kind: ClassVar[str] = "till.handed_over"
    old: str
    key: str
    agreed: str


class SignerDown(Event, frozen=True, kw_only=True):
    """The signer did not work: nothing was sold until it did, and this is the first record then.

    `signer` is its key's id, `since` the local time of its first failure; empty where a start
    found it so.
    """

    kind: ClassVar[str] = "signer.down"
    signer: str
    since: str
    detail: str


class ClockJumped(Event, frozen=True, kw_only=True):
    """Wall clock and monotonic clock parted by `by` microseconds (forward is positive)."""

    kind: ClassVar[str] = "clock.jumped"
    by: int


class VersionChanged(Event, frozen=True, kw_only=True):
    """Another version of the program took the journal up."""

    kind: ClassVar[str] = "version.changed"
    before: str
    after: str


class PluginFound(Struct, frozen=True):
    """A plug-in that the settings enable, and its version."""

    name: str
    version: str


class ProgramFound(Event, frozen=True, kw_only=True):
    """The program that runs is not the one of the last such record, or there is none.

    `digest` is over every file of the program and of its plug-ins (process/program.py).
    """

    kind: ClassVar[str] = "program.found"
    version: str
    digest: str
    plugins: tuple[PluginFound, ...]


class CompanyIdentified(Event, frozen=True, kw_only=True):
    """Whose till it is, from here on: at its first start, and whenever the settings say otherwise.

    Each is as it is written in the settings, empty where they do not say it.
    """

    kind: ClassVar[str] = "company.identified"
    name: str
    address: tuple[str, ...]
    form: str
    capital: str
    siret: str
    vat: str
    rcs: str
    naf: str


class ConfigurationChanged(Event, frozen=True, kw_only=True):
    """Other settings are in force: the SHA-256 of the file before and after."""

    kind: ClassVar[str] = "configuration.changed"
    before: str
    after: str


class PersonRecorded(Event, frozen=True, kw_only=True):
    """Someone's data was put in the personal store under this pseudonym; `purpose` says why."""

    kind: ClassVar[str] = "person.recorded"
    person: str
    purpose: str


class PersonErased(Event, frozen=True, kw_only=True):
    """The personal store erased a person, but for what the law obliges until `kept_until`."""

    kind: ClassVar[str] = "person.erased"
    person: str
    kept: tuple[str, ...]
    kept_until: str


SYSTEM_EVENTS: tuple[type[Event], ...] = (
    TillStarted,
    TillStopped,
    CatalogChanged,
    PromotionsChanged,
    TechnicalEvent,
    CommandGiven,
    KeyMade,
    KeyRotated,
    KeyReplaced,
    TillHandedOver,
    SignerDown,
    ClockJumped,
    VersionChanged,
    ConfigurationChanged,
    ProgramFound,
    CompanyIdentified,
    PersonRecorded,
    PersonErased,
)
