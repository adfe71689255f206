"""Every key of the till, once: its letters in a command barcode, and what it does, for clerks.

What the counter does with it stands in `domain/counter/keys`. A key that is added to `keys` gets
its row in both. Its letters must not begin with those of another row, nor be its beginning (tests
hold that), since they stand in a code without blanks: single letters are for the keys of every
sale, the others take two. Letters once given stay, since sheets hang on walls.
"""

from msgspec import Struct

from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.language import say


class KeyRow(Struct, frozen=True):
    """One key: its letters in a command barcode, what it does, and what tells it from others.

    `french` stands on its cap in a French shop, where that is not its name. A `prefix` only
    prepares the next key and records nothing: it may stand before others in a command barcode.
    """

    function: Function
    letters: str
    purpose: str
    argument: str = ""
    prefix: bool = False
    french: str = ""

    @property
    def key(self) -> Key:
        """The key itself."""
        return Key(self.function, self.argument)

    @property
    def name(self) -> str:
        """Its name in a key map, in scenes and in the guide, whatever the shop speaks."""
        return str(self.key)

    @property
    def cap(self) -> str:
        """What stands on its cap (French, untranslated)."""
        return self.french or self.name


def _typed(characters: str, letters: str, purpose: str) -> KeyRow:
    return KeyRow(Function.TYPE, letters, purpose, characters, prefix=True)


def _tender(name: str, letters: str, purpose: str, french: str = "") -> KeyRow:
    return KeyRow(Function.TENDER, letters, purpose, name, french=french)


def _banknote(name: str, letters: str, purpose: str) -> KeyRow:
    return KeyRow(Function.BANKNOTE, letters, purpose, name)


def _goods(name: str, letters: str, purpose: str) -> KeyRow:
    """A key that says what is done with the next article instead of selling it."""
    return KeyRow(Function.GOODS, letters, purpose, name, prefix=True)


class KeyGroup(Struct, frozen=True):
    """Keys that belong together, on a sheet and when a keyboard is taught."""

    title: str
    rows: tuple[KeyRow, ...]


GROUPS = (
    KeyGroup(
        "Corriger",
        (
            KeyRow(Function.CLEAR, "C", "effacer la saisie ou l'erreur"),
            KeyRow(Function.HELP, "WA", "aide : le remède du dernier code, qui appeler"),
            KeyRow(Function.CORRECT, "R", "annuler la dernière ligne"),
            KeyRow(
                Function.VOID, "V", "annuler une ligne : ANNULER, puis l'article", prefix=True,
                french="ANNULER",
            ),
            KeyRow(Function.RETURN, "F", "rendre : RF, puis l'article, ou le ticket", prefix=True),
            KeyRow(Function.CANCEL, "N", "abandonner toute la vente", french="ABANDON"),
        ),
    ),
    KeyGroup(
        "Vendre",
        (
            KeyRow(Function.HOLD, "WH", "mettre la vente en attente", french="ATTENTE"),
            KeyRow(Function.RECALL, "WR", "reprendre une vente en attente", french="REPRISE"),
            KeyRow(
                Function.CLERK, "WC", "vendeur : numéro, VENDEUR, code, VENDEUR", french="VENDEUR"
            ),
            KeyRow(Function.TIMES, "X", "quantité : nombre, x, puis l'article", prefix=True),
            KeyRow(Function.GRAMS, "OG", "poids tapé : grammes, g, puis l'article", prefix=True),
            KeyRow(Function.TARE, "OT", "emballage : grammes, TARE ; seule, elle le pèse"),
            KeyRow(Function.PLU, "L", "article par son numéro"),
            KeyRow(Function.PRICE, "P", "autre prix : prix, PRIX, puis l'article", prefix=True),
            KeyRow(Function.PERCENT, "JP", "remise en % : nombre, puis %"),
            KeyRow(Function.DISCOUNT, "JR", "remise d'un montant : centimes, puis REMISE"),
            KeyRow(
                Function.REASON,
                "JM",
                "motif : numéro, MOTIF, puis la remise ou la sortie",
                prefix=True,
            ),
            KeyRow(Function.STAFF, "JE", "prix du personnel, avant le premier article"),
            KeyRow(Function.PRO, "JO", "prix professionnels, avant le premier article"),
            KeyRow(Function.PLACE, "JS", "sur place, puis à emporter : change la TVA"),
        ),
    ),
    KeyGroup(
        "Stock",
        (
            _goods("RETRAIT", "IR", "prélèvement : nombre, RETRAIT, puis l'article"),
            _goods("DEGUST", "ID", "dégustation : nombre, DEGUST, puis l'article"),
            _goods("PERTE", "IP", "casse, perte : nombre, PERTE, puis l'article"),
            _goods("INVENDU", "IU", "invendu : nombre, INVENDU, puis l'article"),
            _goods("FABRIQUE", "IF", "fabriqué : nombre, FABRIQUE, puis l'article"),
            _goods("TRANSF", "IT", "envoyé ailleurs : nombre, TRANSF, puis l'article"),
            _goods("LIVRE", "IL", "livré : nombre, LIVRE, puis l'article"),
            _goods("INVENT", "IC", "inventaire : nombre compté, INVENT, puis l'article"),
            _goods("STOCK", "OS", "stock d'un article ; deux fois : la liste"),
            _goods("OUVRIR", "OO", "ouvrir une bouteille : OUVRIR, puis l'article"),
            _goods("FINIR", "OF", "finir la bouteille : FINIR, puis l'article"),
            KeyRow(Function.BOTTLES, "OV", "versé et vendu, par bouteille"),
            KeyRow(Function.PRODUCTION, "OP", "production proposée ; 1 PROD : demain"),
            _goods("TARIF", "OR", "prix d'un article : TARIF, puis l'article ; rien n'est vendu"),
            _goods("ALLERG", "OA", "allergènes d'un article ; deux fois : la liste"),
        ),
    ),
    KeyGroup(
        "Encaisser",
        (
            KeyRow(Function.SUBTOTAL, "S", "sous-total"),
            _tender("CASH", "M", "espèces", "ESPECES"),
            _banknote("10EUR", "EX", "billet de 10 € reçu : payer en espèces, rendre le reste"),
            _banknote("20EUR", "EV", "billet de 20 € reçu"),
            _banknote("50EUR", "EL", "billet de 50 € reçu"),
            _tender("CARD", "B", "carte", "CARTE"),
            _tender("CHEQUE", "EC", "chèque"),
            _tender("TR", "ET", "titres-restaurant"),
            KeyRow(
                Function.CREDIT_NOTE, "EA", "rendre par un avoir ; ou numéro, puis AVOIR : payer"
            ),
            KeyRow(Function.VOUCHER, "EB", "numéro, puis BON : payer d'un bon ; seul : réimprimer"),
            KeyRow(Function.TICKET, "T", "ticket, puis duplicata ; en notant : cuisine, étiquette"),
            KeyRow(Function.GIFT, "UC", "ticket cadeau : les articles, sans les prix"),
            KeyRow(Function.BRIEF, "UB", "ticket sans détail : le total et la TVA"),
            KeyRow(Function.NOTE, "UN", "note d'une prestation"),
            KeyRow(Function.QR, "UQ", "ticket entier dans un code QR"),
            KeyRow(Function.DONATE, "UD", "don : arrondir à l'euro, ou un montant, puis DON"),
            KeyRow(Function.ORDER, "UO", "ce qui est versé sur une commande : numéro, COMMANDE"),
            KeyRow(Function.PART, "UA", "acompte : prix, PRIX, commande, ACOMPTE"),
            KeyRow(Function.EARNEST, "UR", "arrhes : prix, PRIX, commande, ARRHES"),
            KeyRow(Function.RATE, "UT", "TVA de l'acompte qui suit : taux, TAUX", prefix=True),
            KeyRow(Function.CUSTOMER, "UK", "client d'une facture : numéro, CLIENT"),
            KeyRow(Function.NOTE_ORDER, "UH", "commande : numéro, NOTER, articles, jour, client"),
            KeyRow(Function.LIST, "UJ", "tickets du jour ; 1 LISTE : commandes ; 2 : détenu"),
            KeyRow(Function.ON_ACCOUNT, "UE", "payer plus tard : numéro du client, ENCOMPTE"),
            KeyRow(Function.SETTLE, "UG", "régler un compte : prix, PRIX, client, REGLE"),
            KeyRow(Function.STATEMENT, "UL", "relevé d'un compte : numéro du client, RELEVE"),
            KeyRow(Function.MONTH_INVOICE, "UM", "facture du mois d'un compte : CLIENT, RECAP"),
            KeyRow(Function.INVOICE, "UF", "facture du dernier ticket, puis duplicata"),
        ),
    ),
    KeyGroup(
        "Tiroir et clôture",
        (
            KeyRow(Function.NO_SALE, "GN", "ouvrir le tiroir sans vente"),
            KeyRow(Function.FLOAT, "GF", "fond de caisse : centimes, puis FOND"),
            KeyRow(Function.CASH_IN, "GE", "entrée d'espèces : numéro, MOTIF, centimes, ENTREE"),
            KeyRow(Function.CASH_OUT, "GS", "sortie d'espèces : numéro, MOTIF, centimes, SORTIE"),
            KeyRow(Function.DROP, "GP", "prélèvement au coffre : centimes, puis PRELEV"),
            KeyRow(Function.READ, "ZX", "lecture X : la journée en cours"),
            KeyRow(Function.COUNT, "ZC", "compter le tiroir : nombre de chaque pièce, puis COMPTE"),
            KeyRow(Function.CLOSE, "ZZ", "clôture Z de la journée"),
            KeyRow(Function.CARRY, "ZR", "ventes ouvertes : les lire, puis Z les reporte"),
            KeyRow(Function.REPRINT, "ZB", "duplicata du dernier Z, ou numéro, puis ZBIS"),
            KeyRow(Function.SERVICE, "ZS", "clôture du service (midi, soir)"),
            KeyRow(Function.INSPECTION, "ZI", "contrôle fiscal : archive, FEC et JET sur la clé"),
            KeyRow(
                Function.STICK, "ZK", "clé USB : 1 version, 2 reprise, ou numéro : remise",
                french="CLE USB",
            ),
            KeyRow(Function.SELFTEST, "ZT", "essayer boîtier, caisse et appareils : un papier"),
            KeyRow(
                Function.TERMINAL, "ZE", "terminal de la vente : numéro, TPE ; seule : leurs totaux"
            ),
            KeyRow(Function.OUTAGE, "ZP", "après panne : heure, PANNE, vente ; seule : la fin"),
            KeyRow(Function.ACCESS, "ZA", "accès demandé, ou donné ; numéro, ACCES : le finir"),
            KeyRow(Function.SUPPORT, "ZV", "laisser venir l'assistance de loin ; la faire sortir"),
            KeyRow(Function.ANSWER, "WO", "dire oui à l'assistance", "OUI"),
            KeyRow(Function.ANSWER, "WN", "dire non à l'assistance", "NON"),
            KeyRow(Function.DRAWER, "GT", "numéro, TIROIR, puis COMPTE, FOND, #/NS..."),
        ),
    ),
    KeyGroup(
        "Chiffres",
        (
            *(_typed(digit, digit, "chiffre") for digit in "0123456789"),
            _typed("00", "H", "deux zéros"),
            _typed("000", "K", "trois zéros"),
            _typed(",", "D", "virgule"),
        ),
    ),
)

ROWS = tuple(row for group in GROUPS for row in group.rows)
"""All rows: every key of the till but the direct keys of articles, which are without number."""

_CAPS = {row.key: row.cap for row in ROWS}


def cap(key: Key) -> str:
    """What stands on a key's cap, in the shop's language."""
    return say(_CAPS.get(key, str(key)))
