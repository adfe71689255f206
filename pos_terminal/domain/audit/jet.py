"""The journal of technical events (JET): which records an inspector reads beside the sales. Pure.

Codes below 900 are those of the NF525 referential as far as they are known to us (read in vendors'
papers, not in the referential itself); those from 900 on are ours, as it provides. A code, once
released, keeps its meaning. Labels and details are French: this is evidence, not a screen.
"""

from msgspec import Struct

from pos_terminal.domain.events.cash import CashCounted, CashMoved, DrawerOpened
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.grants import (
    GrantEnded,
    GrantGiven,
    GrantUsed,
    SupportAnswered,
    SupportClosed,
    SupportCommanded,
    SupportOpened,
    SupportRefused,
)
from pos_terminal.domain.events.outage import OutageEnded, OutageStarted
from pos_terminal.domain.events.paper import ReceiptPrinted
from pos_terminal.domain.events.payment import (
    PaymentChanged,
    PaymentDecided,
    TerminalKnown,
    TerminalReckoned,
    TerminalSettled,
)
from pos_terminal.domain.events.period import (
    Archived,
    Period,
    PeriodClosed,
    PeriodCopied,
    PeriodReported,
    Purged,
    ServiceClosed,
    TrainingEnded,
    TrainingStarted,
)
from pos_terminal.domain.events.prepaid import VoucherRefused, VouchersKeyed
from pos_terminal.domain.events.sale import SaleAbandoned
from pos_terminal.domain.events.staff import (
    AuthorityGiven,
    ClerkChanged,
    ClerksFound,
    OperatorLocked,
    OperatorRefused,
    OperatorSignedOff,
    OperatorSignedOn,
)
from pos_terminal.domain.events.system import (
    CatalogChanged,
    ClockJumped,
    CommandGiven,
    CompanyIdentified,
    ConfigurationChanged,
    KeyMade,
    KeyReplaced,
    KeyRotated,
    PersonErased,
    ProgramFound,
    PromotionsChanged,
    SignerDown,
    TechnicalEvent,
    TillHandedOver,
    TillStarted,
    TillStopped,
    VersionChanged,
)
from pos_terminal.domain.events.values import CashMovement, PrintOutcome
from pos_terminal.domain.notation import day_and_hour, euros

ARCHIVE = 20
YEAR_ARCHIVE = 30
STOP = 40
CLOSURE = 50
YEAR_CLOSURE = 60
DEGRADED = 70
START = 80
INTEGRITY = 90
REPORT = 100
EXPORT = 110
RECOVERED = 120
RIGHTS = 130
PRINTER = 150
FLOAT = 170
PURGE = 200
RESTORE = 220
BACKUP = 230
MAINTENANCE = 240
VERSION = 250
FIRST_START = 260
ABANDONED = 320
TAXPAYER = 410
CRASH = 901
SETTINGS = 910
CATALOG = 911
CLOCK = 920
CLOCK_DOUBTED = 921
KEYS = 930
KEYS_ROTATED = 931
KEYS_REPLACED = 933
HANDED_OVER = 934
VOUCHER_KEY = 932
TRAINING = 940
TRAINING_END = 941
DRAWER = 950
CASH = 951
COUNT = 952
PAYMENT = 953
DUPLICATE = 954
PAYMENT_DECIDED = 955
TERMINAL = 956
TERMINAL_DIFFERS = 957
ERASURE = 960
SIGNED_OFF = 970
PIN_REFUSED = 971
PIN_LOCKED = 972
VOUCHER_REFUSED = 974
AUTHORITY = 973
GRANT = 980
GRANT_USED = 981
GRANT_ENDED = 982
SUPPORT_OPENED = 983
SUPPORT_REFUSED = 984
SUPPORT_COMMANDED = 985
SUPPORT_ANSWERED = 986
SUPPORT_CLOSED = 987

CODES: dict[int, str] = {
    ARCHIVE: "Archivage d'une période",
    YEAR_ARCHIVE: "Archivage d'un exercice",
    STOP: "Arrêt de la caisse",
    CLOSURE: "Clôture d'un jour ou d'un mois",
    YEAR_CLOSURE: "Clôture d'un exercice",
    DEGRADED: "Passage en mode dégradé : signature indisponible, ou caisse en panne",
    START: "Démarrage de la caisse ou prise de poste",
    INTEGRITY: "Défaut d'intégrité constaté",
    REPORT: "Fonction particulière : lecture intermédiaire (X)",
    EXPORT: "Export de données",
    RECOVERED: "Fin du mode dégradé",
    RIGHTS: "Droits d'un opérateur",
    PRINTER: "Impression refusée ou incertaine",
    FLOAT: "Fonds de caisse",
    PURGE: "Purge après archivage",
    RESTORE: "Restauration d'une sauvegarde",
    BACKUP: "Sauvegarde",
    MAINTENANCE: "Intervention par une commande",
    VERSION: "Changement de version du logiciel",
    FIRST_START: "Initialisation de la caisse",
    ABANDONED: "Vente abandonnée avant paiement",
    TAXPAYER: "Identité de l'entreprise : première, ou changée",
    CRASH: "Démarrage après un arrêt brutal",
    SETTINGS: "Changement des réglages",
    CATALOG: "Changement de catalogue, de prix ou de TVA",
    CLOCK: "Saut de l'horloge",
    CLOCK_DOUBTED: "Horloge non fiable",
    KEYS: "Création de clés de signature",
    KEYS_ROTATED: "Renouvellement des clés de signature",
    KEYS_REPLACED: "Reprise du journal sous de nouvelles clés, les précédentes perdues ou laissées",
    HANDED_OVER: "Remise de la caisse à un autre boîtier",
    VOUCHER_KEY: "Clé des bons et avoirs",
    TRAINING: "Début du mode formation",
    TRAINING_END: "Fin du mode formation",
    DRAWER: "Ouverture du tiroir sans vente",
    CASH: "Entrée ou sortie d'espèces hors vente",
    COUNT: "Comptage du tiroir",
    PAYMENT: "Changement de moyen de paiement après vente",
    DUPLICATE: "Duplicata d'un ticket",
    PAYMENT_DECIDED: "Décision sur un paiement dont personne ne sait l'issue",
    TERMINAL: "Numéro d'un terminal de paiement : premier, ou changé",
    TERMINAL_DIFFERS: "Écart entre un terminal de paiement et le journal",
    ERASURE: "Effacement de données personnelles",
    SIGNED_OFF: "Fin de poste d'un opérateur",
    PIN_REFUSED: "Code secret refusé",
    PIN_LOCKED: "Code secret bloqué après des essais faux",
    AUTHORITY: "Accord d'un responsable",
    VOUCHER_REFUSED: "Numéro de bon inconnu",
    GRANT: "Accès donné à un autre programme du poste",
    GRANT_USED: "Intervention par un accès",
    GRANT_ENDED: "Fin d'un accès",
    SUPPORT_OPENED: "Entrée de l'assistance à distance",
    SUPPORT_REFUSED: "Code d'assistance faux",
    SUPPORT_COMMANDED: "Commande de l'assistance",
    SUPPORT_ANSWERED: "Réponse de la caisse à l'assistance",
    SUPPORT_CLOSED: "Sortie de l'assistance",
}
"""Every code with its label; `docs/closing.md` has the same table."""


class JetLine(Struct, frozen=True):
    """A line of the JET. `detail` says what, in French; it may be empty."""

    code: int
    detail: str = ""

    @property
    def label(self) -> str:
        """What the code stands for; a code that a newer version wrote has no label here."""
        return CODES.get(self.code, "")


def jet_line(event: Event) -> JetLine | None:
    """The event's line in the JET; None where it is no technical event, such as a sale."""
    for group in _GROUPS:
        found = group(event)
        if found:
            return found
    return None


def _of_the_till(event: Event) -> JetLine | None:
    match event:
        case TillStarted():
            code = {"first": FIRST_START, "crash": CRASH}.get(event.after, START)
            return JetLine(code, f"version {event.version}")
        case TillStopped():
            return JetLine(STOP, event.reason)
        case OperatorSignedOn():
            return JetLine(START, f"opérateur {event.operator}")
        case OperatorSignedOff():
            return JetLine(SIGNED_OFF)
        case OperatorRefused():
            return JetLine(PIN_REFUSED, f"opérateur {event.operator}, essai {event.tries}")
        case OperatorLocked():
            return JetLine(PIN_LOCKED, f"opérateur {event.operator}")
        case AuthorityGiven():
            return JetLine(AUTHORITY, f"responsable {event.authority}, {event.right}")
        case CatalogChanged():
            return JetLine(CATALOG, f"catalogue {event.catalog}")
        case PromotionsChanged():
            return JetLine(CATALOG, f"promotions {event.promotions or 'aucune'}")
        case SaleAbandoned():
            return JetLine(ABANDONED, f"vente {event.sale}, {euros(event.total)} €")
    return None


def _of_papers(event: Event) -> JetLine | None:
    if not isinstance(event, ReceiptPrinted):
        return None
    form = f" ({event.form})" if event.form else ""
    copy = f", copie {event.copy}" if event.copy else ""
    what = f"ticket {event.series}-{event.number}{form}{copy}"
    if event.outcome is not PrintOutcome.PRINTED:
        return JetLine(PRINTER, f"{what}, {event.fault}")
    return JetLine(DUPLICATE, what) if event.copy else None


def _of_rights(event: Event) -> JetLine | None:
    match event:
        case ClerkChanged():
            rights = " ".join(event.rights) or "aucun"
            what = f"opérateur {event.operator}, {event.change}, droits {rights}"
            return JetLine(RIGHTS, f"{what}, par {event.by}")
        case ClerksFound():
            who = " ; ".join(f"{each.operator} {' '.join(each.rights)}" for each in event.found)
            return JetLine(RIGHTS, f"fichier trouvé changé : {who or 'personne'}")
        case VoucherRefused():
            locked = ", bons bloqués" if event.until else ""
            return JetLine(VOUCHER_REFUSED, f"essai {event.tries}{locked}")
    return None


def _of_grants(event: Event) -> JetLine | None:
    match event:
        case GrantGiven():
            what = f"{event.purpose} {event.token}".rstrip()
            given = f"accès {event.grant}, {what}, {event.level}, par {event.by}"
            return JetLine(GRANT, f"{given}, {event.seconds} s")
        case GrantUsed():
            return JetLine(GRANT_USED, f"accès {event.grant}, {event.act}")
        case GrantEnded():
            return JetLine(GRANT_ENDED, f"accès {event.grant}, {event.why}, par {event.by}")
    return None


def _of_support(event: Event) -> JetLine | None:
    match event:
        case SupportOpened():
            return JetLine(SUPPORT_OPENED, f"accès {event.grant}, {event.who}, {event.key}")
        case SupportRefused():
            refused = f"accès {event.grant}, {event.who}, {event.times} fois"
            return JetLine(SUPPORT_REFUSED, refused)
        case SupportCommanded():
            done = "refusé" if event.refused else event.words
            return JetLine(SUPPORT_COMMANDED, f"accès {event.grant}, {event.line}, {done}")
        case SupportAnswered():
            said = f"accès {event.grant}, {event.asked or 'sans question'}, {event.answer or '-'}"
            return JetLine(SUPPORT_ANSWERED, f"{said}, par {event.by}")
        case SupportClosed():
            return JetLine(SUPPORT_CLOSED, f"accès {event.grant}, {event.recording or 'sans'}")
    return None


def _of_periods(event: Event) -> JetLine | None:
    match event:
        case PeriodReported():
            return JetLine(REPORT, f"journée {event.session}")
        case PeriodClosed(period=Period.YEAR):
            return JetLine(YEAR_CLOSURE, f"exercice {event.label}, clôture {event.number}")
        case PeriodClosed():
            what = "jour" if event.period is Period.DAY else "mois"
            how = ", automatique" if event.automatic else ""
            return JetLine(CLOSURE, f"{what} {event.label}, clôture {event.number}{how}")
        case ServiceClosed():
            return JetLine(REPORT, f"journée {event.session}, service {event.name}")
        case PeriodCopied():
            what = f"Z {event.period} {event.number}"
            return JetLine(DUPLICATE, f"{what}, copie {event.copy}")
        case TrainingStarted():
            return JetLine(TRAINING, f"sous la responsabilité de {event.supervisor}")
        case TrainingEnded():
            return JetLine(TRAINING_END)
        case Archived():
            span = f"enregistrements {event.first} à {event.last}"
            if event.years:
                return JetLine(YEAR_ARCHIVE, f"exercice {', '.join(event.years)}, {span}")
            return JetLine(ARCHIVE, span)
        case Purged():
            return JetLine(PURGE, f"enregistrements jusqu'à {event.last}")
    return None


def _which(drawer: int) -> str:
    """The first drawer is the only one of most tills: the others are named."""
    return f", tiroir {drawer}" if drawer > 1 else ""


def _of_the_drawer(event: Event) -> JetLine | None:
    match event:
        case DrawerOpened():
            return JetLine(DRAWER, f"{event.reason}, par {event.authority}{_which(event.drawer)}")
        case CashMoved():
            code = FLOAT if event.movement is CashMovement.FLOAT else CASH
            return JetLine(code, f"{event.movement} {euros(event.amount)} €{_which(event.drawer)}")
        case CashCounted():
            gap = f"{euros(event.counted)} € pour {euros(event.expected)} €"
            return JetLine(COUNT, f"{gap}{_which(event.drawer)}")
        case PaymentChanged():
            moved = f"{event.from_tender} vers {event.to_tender} {euros(event.amount)} €"
            return JetLine(PAYMENT, f"ticket {event.series}-{event.number}, {moved}")
    return _of_terminals(event)


def _of_terminals(event: Event) -> JetLine | None:
    match event:
        case PaymentDecided():
            became = f"payé {euros(event.amount)} €" if event.paid else "pas payé"
            slip = f", auto {event.authorisation}" if event.authorisation else ""
            said = f"{event.ref}, {became}{slip}{_allowed(event.authority)}"
            return JetLine(PAYMENT_DECIDED, said)
        case TerminalKnown():
            said = event.identity or "sans numéro"
            return JetLine(TERMINAL, f"{event.terminal}, {said}{_allowed(event.authority)}")
        case TerminalReckoned() if event.difference:
            sums = f"{euros(event.said)} € pour {euros(event.journal)} €"
            return JetLine(TERMINAL_DIFFERS, f"{event.terminal}, {sums}")
        case TerminalSettled():
            settled = f"{event.terminal}, écart de {euros(event.difference)} € expliqué"
            return JetLine(TERMINAL_DIFFERS, f"{settled}{_allowed(event.authority)}")
    return None


def _allowed(authority: int) -> str:
    return f", accord de {authority}" if authority else ""


def _of_the_system(event: Event) -> JetLine | None:
    match event:
        case CommandGiven():
            return JetLine(MAINTENANCE, f"{event.command}, par {event}")
        case TechnicalEvent():
            return JetLine(event.code, event.detail)
        case VersionChanged():
            return JetLine(VERSION, f"{event.before} vers {event.after}")
        case ProgramFound():
            plugins = ", ".join(f"{each.name} {each.version}" for each in event.plugins)
            what = f"programme {event.digest[:12]}, version {event.version}"
            return JetLine(VERSION, f"{what}, avec {plugins or 'aucun module'}")
        case CompanyIdentified():
            said = (event.name, event.siret, event.vat, event.naf, *event.address)
            return JetLine(TAXPAYER, ", ".join(filter(None, said)))
        case ConfigurationChanged():
            return JetLine(SETTINGS, f"{event.before[:12]} vers {event.after[:12]}")
        case ClockJumped():
            return JetLine(CLOCK, f"{event.by / 1_000_000:+.3f} s")
        case OutageStarted():
            since = f"panne depuis {day_and_hour(event.since)}, {event.reason}"
            return JetLine(DEGRADED, f"{since}{_allowed(event.authority)}")
        case OutageEnded():
            made = f"{event.tickets} ventes saisies, {euros(event.total)} €"
            since = f"panne depuis {day_and_hour(event.since)}"
            return JetLine(RECOVERED, f"{since} : {made}{_allowed(event.authority)}")
        case PersonErased():
            return JetLine(ERASURE, event.person)
    return None


def _of_keys(event: Event) -> JetLine | None:
    match event:
        case KeyMade():
            return JetLine(KEYS, event.key)
        case VouchersKeyed():
            return JetLine(VOUCHER_KEY, f"{event.key} {event.reason}".rstrip())
        case KeyRotated():
            return JetLine(KEYS_ROTATED, f"{event.old[:12]} vers {event.key[:12]}")
        case KeyReplaced():
            lost = f", {event.lost} enregistrements perdus au moins" if event.lost else ""
            keys = f"{event.old[:12]} vers {event.key[:12]}"
            return JetLine(KEYS_REPLACED, f"{keys} : {event.because}{lost}")
        case TillHandedOver():
            return JetLine(HANDED_OVER, f"{event.old[:12]} à {event.key[:12]}")
        case SignerDown():
            return JetLine(DEGRADED, f"{event.signer} depuis {event.since} : {event.detail}")
    return None


_GROUPS = (
    _of_the_till,
    _of_papers,
    _of_rights,
    _of_grants,
    _of_support,
    _of_periods,
    _of_the_drawer,
    _of_the_system,
    _of_keys,
)
