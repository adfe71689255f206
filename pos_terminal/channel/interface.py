"""`org.posterminal.Till`: every method of the till's socket, with what it is asked and answers.

`describe.py` makes the Varlink text of these types. Times are ISO 8601 with the shop's offset;
`bytes` go as base64.

A field that a later version adds has a default, so that either side may be the older one; a field
that is gone, or means something else, is another method.
"""

from typing import Generic, TypeVar

from msgspec import Raw, Struct

from pos_terminal.channel.api import (
    Bearer,
    BearerAsked,
    PrintAsked,
    PrintedPaper,
    ShowAsked,
    TokenAsked,
    WeighAsked,
    WeightSeen,
)
from pos_terminal.channel.configuration import Configuration, ConfigurationAsked
from pos_terminal.channel.console import (
    CatalogAsked,
    CatalogText,
    ConsoleAsked,
    SignedIn,
    SignInAsked,
)
from pos_terminal.channel.evidence import (
    CheckpointAsked,
    CheckpointOffered,
    CosignedAsked,
    CosignedTaken,
    StampAnswer,
    StampQuestion,
    StampTaken,
)
from pos_terminal.channel.exports import ExportAsked, ExportPart, ExportPartAsked, ExportTold
from pos_terminal.channel.introspection import Description, DescriptionAsked, Info
from pos_terminal.channel.support import (
    CommandAsked,
    ConsentNews,
    ConsentsAsked,
    SessionAsked,
    SessionEnding,
    SupportTrouble,
)
from pos_terminal.domain.events.values import GrantLevel

INTERFACE = "org.posterminal.Till"
SERVICE = "org.varlink.service"

P = TypeVar("P", bound=Struct)
R = TypeVar("R", bound=Struct)


class Nothing(Struct, frozen=True):
    """No parameters."""


class Fault(Struct, frozen=True):
    """A fault by its code (docs/faults.md), in the till's language; `detail` is for technicians."""

    code: str
    text: str
    remedy: str
    detail: str = ""


class ErrorParameters(Struct, frozen=True):
    """The parameters of every error of this interface."""

    fault: Fault


class Head(Struct, frozen=True):
    """The journal's end: its last record, and how many are behind what the witness has cosigned;
    None where the till has none.
    """

    seq: int
    hash: str
    exposed: int | None = None


class SigningKey(Struct, frozen=True):
    """The key that signs records: its id, and where it lies, empty for the card."""

    id: str
    origin: str


class Ticket(Struct, frozen=True):
    """A closed ticket: its number on paper, «2-000123», and when it was closed."""

    number: str
    at: str


class Closure(Struct, frozen=True):
    """A Z: of a day, month or year, its number and label, and when it was made."""

    period: str
    number: int
    label: str
    at: str


class Device(Struct, frozen=True):
    """A configured device: its UPOS state and since when, its fault, and when it last worked.

    `last` is what went wrong with it last, and when, also if that is over; `places` are the paths
    and addresses in its settings.
    """

    name: str
    kind: str
    state: str
    identity: str
    since: str
    good: str | None = None
    fault: Fault | None = None
    last: Fault | None = None
    last_at: str | None = None
    places: list[str] = []


class Queue(Struct, frozen=True):
    """What waits somewhere for its turn."""

    name: str
    waiting: int


class Plugin(Struct, frozen=True):
    """A plug-in of the till's, and why it does not run."""

    name: str
    version: str
    status: str
    why: str


class Task(Struct, frozen=True):
    """A supervised task of the till's: running, hung, pausing or stopped, and its last error."""

    name: str
    state: str
    since: str
    restarts: int
    error: str = ""


class StandingGrant(Struct, frozen=True):
    """A grant that stands. `by` gave it: a clerk's number, or 0 for someone at the box itself.
    A `token` of the local API has a name.
    """

    number: int
    purpose: str
    level: GrantLevel
    scope: list[str]
    until: str
    by: int
    token: str = ""


class Incident(Struct, frozen=True):
    """Trouble that somebody else on the box has reported: what it is about, and since when."""

    subject: str
    code: str
    detail: str
    since: str
    times: int


class Status(Struct, frozen=True, kw_only=True):
    """How the till fares. Not `selling`: then `faults` say why, the gravest first."""

    version: str
    store: str
    terminal: str
    language: str
    simulated: bool
    since: str
    now: str
    trust: str
    selling: bool
    faults: list[Fault]
    head: Head | None
    last_ticket: Ticket | None
    last_closure: Closure | None
    open_sales: int
    operator: int
    memory: int
    devices: list[Device]
    queues: list[Queue]
    plugins: list[Plugin]
    tasks: list[Task] = []
    grants: list[StandingGrant] = []
    incidents: list[Incident] = []
    last_backup: str | None = None
    key: SigningKey | None = None


class Settings(Struct, frozen=True, kw_only=True):
    """What services are told: whose till it is, which plug-ins are enabled, a table for each; when
    the shop is open (domain/health/opening), whom to call, and the status page's address.
    """

    shop: str
    store: str
    terminal: str
    language: str
    zone: str
    services: list[str]
    tables: Raw
    hours: list[str] = []
    phone: str = ""
    page: str = ""


class Watching(Struct, frozen=True):
    """`grant`, of any level, brings the mirror."""

    grant: str | None = None


class Screen(Struct, frozen=True):
    """Both lines of the customer display."""

    line1: str
    line2: str


class Paper(Struct, frozen=True):
    """A paper that went to the printer: its title, and its lines where they name nobody."""

    title: str
    lines: list[str]


class Seen(Struct, frozen=True, omit_defaults=True):
    """What has changed: one of these. `key` is a key's function, and for all digits «digit»."""

    status: Status | None = None
    screen: Screen | None = None
    tone: str | None = None
    paper: Paper | None = None
    key: str | None = None


class RecordsAsked(Struct, frozen=True):
    """Records behind number `after`, at most `limit` at once."""

    after: int
    limit: int | None = None


class Record(Struct, frozen=True):
    """A record as the journal stores it: its bytes, their hash, the signature (docs/journal.md)."""

    seq: int
    kind: str
    rec: bytes
    hash: bytes
    sig: bytes | None = None


class Records(Struct, frozen=True):
    """Records in order. `purged` is the last that is here no more, `last` the journal's last."""

    records: list[Record]
    purged: int
    last: int


class LogAsked(Struct, frozen=True):
    """The last `lines` of the log, of this level («WARNING») and above."""

    lines: int | None = None
    level: str | None = None


class LogLine(Struct, frozen=True):
    """A line of the till's log, secrets taken out."""

    at: str
    level: str
    logger: str
    text: str


class Log(Struct, frozen=True):
    """Lines of the log, the oldest first."""

    lines: list[LogLine]


class LevelAsked(Struct, frozen=True):
    """Have a logger («pos_terminal.runtime.port») say more, for so many seconds."""

    logger: str
    level: str
    seconds: int
    grant: str | None = None


class TestAsked(Struct, frozen=True):
    """Try a device: print, kick, pattern, sound, weigh, zero, read."""

    __test__ = False

    device: str
    grant: str | None = None


class Tested(Struct, frozen=True):
    """How the device answered, in words."""

    outcome: str


class ReopenAsked(Struct, frozen=True):
    """Close a device, and open it anew."""

    device: str
    grant: str | None = None


class ReloadAsked(Struct, frozen=True):
    """Read the shop's files anew: catalogue, promotions, clerks."""

    grant: str | None = None


class DoAsked(Struct, frozen=True):
    """Do one of the till's acts, such as «clerk.add», with its arguments."""

    act: str
    arguments: Raw = Raw(b"{}")
    grant: str | None = None


class Done(Struct, frozen=True):
    """What an act led to."""

    result: Raw


class GrantAsked(Struct, frozen=True):
    """Rights for one purpose and so many seconds. `scope` has acts, or the first word of acts.

    `wait` is how many seconds a person at the counter has to agree, by PIN.
    """

    purpose: str
    level: GrantLevel
    seconds: int
    scope: list[str] | None = None
    wait: int | None = None


class Granted(Struct, frozen=True):
    """`grant` is a secret: whoever holds it has the rights, until that time or its end."""

    number: int
    grant: str
    until: str


class GrantEnding(Struct, frozen=True):
    """End a grant: with itself, or by number for whoever owns the till. With both the grant is of
    somebody who ends the token of that number.
    """

    grant: str | None = None
    number: int | None = None


class ReportAsked(Struct, frozen=True):
    """Trouble elsewhere on the box: opened, or repeated, until it has `recovered`."""

    subject: str
    code: str
    detail: str | None = None
    recovered: bool | None = None


class NoticeAsked(Struct, frozen=True):
    """A paper for whoever is at the counter; a few an hour are printed. `page`: with the QR code of
    the status page, where the till's settings have one.
    """

    title: str
    lines: list[str]
    page: bool | None = None


MOST_LABELS = 200
"""Shelf labels at once: what is asked for by mistake is paid in paper."""


class LabelsAsked(Struct, frozen=True):
    """Print shelf labels: of these articles, by PLU, and of all in these families."""

    articles: list[str]
    families: list[str]
    grant: str | None = None


class Method(Struct, Generic[P, R], frozen=True):
    """A method: its whole name, its parameters, its reply, and whether `more` follows."""

    name: str
    asks: type[P]
    answers: type[R]
    follows: bool = False


def _till(name: str, asks: type[P], answers: type[R], *, follows: bool = False) -> Method[P, R]:
    return Method(f"{INTERFACE}.{name}", asks, answers, follows)


STATUS = _till("Status", Nothing, Status)
SETTINGS = _till("Settings", Nothing, Settings)
WATCH = _till("Watch", Watching, Seen, follows=True)
RECORDS = _till("Records", RecordsAsked, Records, follows=True)
LOG = _till("Log", LogAsked, Log, follows=True)
LEVEL = _till("Level", LevelAsked, Nothing)
TEST = _till("Test", TestAsked, Tested)
REOPEN = _till("Reopen", ReopenAsked, Nothing)
RELOAD = _till("Reload", ReloadAsked, Nothing)
DO = _till("Do", DoAsked, Done)
GRANT = _till("Grant", GrantAsked, Granted)
END_GRANT = _till("EndGrant", GrantEnding, Nothing)
REPORT = _till("Report", ReportAsked, Nothing)
NOTICE = _till("Notice", NoticeAsked, Nothing)
LABELS = _till("Labels", LabelsAsked, Nothing)
CHECKPOINT = _till("Checkpoint", CheckpointAsked, CheckpointOffered)
COSIGNED = _till("Cosigned", CosignedAsked, CosignedTaken)
STAMP = _till("Stamp", Nothing, StampQuestion)
STAMPED = _till("Stamped", StampAnswer, StampTaken)
CONSENTS = _till("Consents", ConsentsAsked, ConsentNews, follows=True)
SESSION = _till("Session", SessionAsked, Granted)
COMMAND = _till("Command", CommandAsked, Nothing)
END_SESSION = _till("EndSession", SessionEnding, Nothing)
SUPPORT_TROUBLE = _till("SupportTrouble", SupportTrouble, Nothing)
SIGN_IN = _till("SignIn", SignInAsked, SignedIn, follows=True)
CONSOLE = _till("Console", ConsoleAsked, Nothing)
CATALOG = _till("Catalog", CatalogAsked, CatalogText)
TOKEN = _till("Token", TokenAsked, Granted)
BEARER = _till("Bearer", BearerAsked, Bearer)
PRINT = _till("Print", PrintAsked, PrintedPaper)
SHOW = _till("Show", ShowAsked, Nothing)
WEIGH = _till("Weigh", WeighAsked, WeightSeen, follows=True)
CONFIGURATION = _till("Configuration", ConfigurationAsked, Configuration)
EXPORT = _till("Export", ExportAsked, ExportTold)
EXPORT_BYTES = _till("ExportBytes", ExportPartAsked, ExportPart)
METHODS = (
    STATUS, SETTINGS, WATCH, RECORDS, LOG, LEVEL, TEST, REOPEN, RELOAD, DO, GRANT, END_GRANT,
    REPORT, NOTICE, LABELS, CHECKPOINT, COSIGNED, STAMP, STAMPED, CONSENTS, SESSION, COMMAND,
    END_SESSION, SUPPORT_TROUBLE, SIGN_IN, CONSOLE, CATALOG, TOKEN, BEARER, PRINT, SHOW, WEIGH,
    CONFIGURATION, EXPORT, EXPORT_BYTES,
)  # fmt: skip

GET_INFO = Method(f"{SERVICE}.GetInfo", Nothing, Info)
GET_DESCRIPTION = Method(f"{SERVICE}.GetInterfaceDescription", DescriptionAsked, Description)

NOT_GRANTED = f"{INTERFACE}.NotGranted"
REFUSED = f"{INTERFACE}.Refused"
ERRORS = (NOT_GRANTED, REFUSED)
"""Both come with a Fault; whoever has no grant for something gets the first."""

METHOD_NOT_FOUND = f"{SERVICE}.MethodNotFound"
INTERFACE_NOT_FOUND = f"{SERVICE}.InterfaceNotFound"
METHOD_NOT_IMPLEMENTED = f"{SERVICE}.MethodNotImplemented"
INVALID_PARAMETER = f"{SERVICE}.InvalidParameter"
EXPECTED_MORE = f"{SERVICE}.ExpectedMore"
"""Errors of any service (<https://varlink.org/Service>); the first parameter names the culprit."""
