"""What a field of an event may say where that is a closed list. The values stand in records.

Where a field may say nothing, its list has a member for that, whose value is empty.
"""

from enum import StrEnum


class EntryMethod(StrEnum):
    """How an article came into the sale. A label holds its price or weight itself."""

    KEY = "key"
    SCAN = "scan"
    SCALE = "scale"
    LABEL = "label"
    MANUAL = "manual"
    """A weight that was typed."""


class TareKind(StrEnum):
    """What was taken off a weight: OIML R 76-1 (T.2.7) tells a tare that was weighed from a preset.

    A preset one is the catalogue's, or typed; the ticket marks it PT. The scale's own it took off
    itself, and never says how much that was.
    """

    NONE = ""
    PRESET = "preset"
    WEIGHED = "weighed"
    SCALE = "scale"


class VoidKind(StrEnum):
    """Which key took a line back: the last one at once, or an earlier one."""

    CORRECT = "correct"
    VOID = "void"


class ReductionScope(StrEnum):
    """What a reduction was given on: one article, the whole ticket, or by a promotion."""

    LINE = "line"
    TICKET = "ticket"
    PROMOTION = "promotion"


class PriceList(StrEnum):
    """At which of the catalogue's prices a sale is made."""

    ORDINARY = ""
    STAFF = "staff"
    PRO = "pro"


class Place(StrEnum):
    """Where a sale is consumed: some articles have another VAT rate on the spot."""

    UNSAID = ""
    ON_SPOT = "on_spot"
    TAKE_AWAY = "take_away"


class VoucherPurpose(StrEnum):
    """What a voucher is for, as the VAT Directive (2006/112/EC, art. 30a) tells them apart.

    Goods of one VAT rate, which is due at the voucher's sale; or anything, taxed when it is used.
    """

    NONE = ""
    SINGLE = "single"
    MULTI = "multi"


class DepositNature(StrEnum):
    """Money on an order: acompte binds both sides and is taxed at receipt, arrhes are forfeited.

    Code de la consommation, art. L. 214-1; Code général des impôts, art. 269, 2.
    """

    NONE = ""
    PART = "acompte"
    EARNEST = "arrhes"


class AccountMove(StrEnum):
    """What changes what a customer owes: goods on account, their return, a payment."""

    CHARGED = "charged"
    CREDITED = "credited"
    SETTLED = "settled"


class MovementCause(StrEnum):
    """Why goods came or went."""

    SALE = "sale"
    WEB = "web"
    WITHDRAWAL = "withdrawal"
    TASTING = "tasting"
    LOSS = "loss"
    UNSOLD = "unsold"
    MADE = "made"
    DELIVERED = "delivered"
    TRANSFERRED = "transferred"
    COUNTED = "counted"
    OPENED = "opened"
    UNRUNG = "unrung"
    """Poured out of a bottle, and never rung up."""


class CashMovement(StrEnum):
    """Cash beside sales: the float, paid in or out, to the safe (a safe drop), or to the bank."""

    FLOAT = "float"
    IN = "in"
    OUT = "out"
    DROP = "drop"
    BANK = "bank"


class PrintOutcome(StrEnum):
    """How printing ended: on paper, surely not, or nobody can tell."""

    PRINTED = "printed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class PaymentOutcome(StrEnum):
    """How a payment terminal answered in the end: paid, surely not, or nobody can tell."""

    PAID = "paid"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class PreviousEnd(StrEnum):
    """What was before a start: nothing, a program that said so as it stopped, or one cut off."""

    FIRST = "first"
    STOP = "stop"
    CRASH = "crash"


class SignOnMeans(StrEnum):
    """What an operator signed on with; nothing where the settings name the till's one operator."""

    SETTINGS = ""
    PIN = "pin"
    BADGE = "badge"


class ConsoleRole(StrEnum):
    """Who is signed in to the console: who runs the shop, or who looks after its devices."""

    MANAGER = "manager"
    TECHNICIAN = "technician"


class GrantLevel(StrEnum):
    """What a grant allows: to see what is shown, to test devices, or to change things as well."""

    OBSERVE = "observe"
    DIAGNOSE = "diagnose"
    CONTROL = "control"


class GrantEnd(StrEnum):
    """Why a grant is over: its time, its holder, somebody else; the line to whoever held it, or too
    many wrong codes.
    """

    EXPIRED = "expired"
    RETURNED = "returned"
    ENDED = "ended"
    LOST = "lost"
    TRIES = "tries"


class Answer(StrEnum):
    """What was answered at the counter; nothing, where nobody did in time."""

    YES = "yes"
    NO = "no"
    NONE = ""


class Right(StrEnum):
    """What not everybody may do. The value is its name in the clerks' file and in records."""

    VOID = "void"
    CANCEL = "cancel"
    OVERRIDE = "override"
    RETURN = "return"
    REFUND = "refund"
    DISCOUNT = "discount"
    NO_SALE = "no-sale"
    PAYMENT = "payment"
    MANUAL = "manual"
    OUTAGE = "outage"
    INSPECTION = "inspection"
    CASH = "cash"
    CLOSE = "close"
    STOCK = "stock"
    ACCOUNT = "account"
    TRAINING = "training"
    ACCESS = "access"
    SUPPORT = "support"


class ClerkChange(StrEnum):
    """What a command changed of a clerk."""

    ADDED = "added"
    RIGHTS = "rights"
    PIN = "pin"
    BADGE = "badge"
    REMOVED = "removed"
