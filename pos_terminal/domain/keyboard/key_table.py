"""Every key of the till, once: its letters in a command barcode, and what it does, for clerks.

A key that is added to `keys` gets its row here. Its letters must not begin with those of another
row, nor be its beginning (tests hold that), since they stand in a code without blanks: single
letters are for the keys of every sale, the others take two. Letters once given stay, since sheets
hang on walls.
"""

from msgspec import Struct

from pos_terminal.domain.keyboard.keys import Key, parse_key


class KeyRow(Struct, frozen=True):
    """One key: its name on a key map and on the key cap, its letters in a code, what it does."""

    name: str
    letters: str
    purpose: str

    @property
    def key(self) -> Key:
        """The key itself."""
        return parse_key(self.name)


class KeyGroup(Struct, frozen=True):
    """Keys that belong together, on a sheet and when a keyboard is taught."""

    title: str
    rows: tuple[KeyRow, ...]


GROUPS = (
    KeyGroup(
        "Corriger",
        (
            KeyRow("C", "C", "effacer la saisie ou l'erreur"),
            KeyRow("CORR", "R", "annuler la dernière ligne"),
            KeyRow("VOID", "V", "annuler une ligne : VOID, puis l'article"),
            KeyRow("RF", "F", "rendre : RF, puis l'article, ou le ticket"),
            KeyRow("CANCEL", "N", "abandonner toute la vente"),
        ),
    ),
    KeyGroup(
        "Vendre",
        (
            KeyRow("HOLD", "WH", "mettre la vente en attente"),
            KeyRow("RECALL", "WR", "reprendre une vente en attente"),
            KeyRow("CLERK", "WC", "vendeur : numéro, CLERK, code, CLERK"),
            KeyRow("x", "X", "quantité : nombre, x, puis l'article"),
            KeyRow("g", "OG", "poids tapé : grammes, g, puis l'article"),
            KeyRow("TARE", "OT", "emballage : grammes, TARE ; seule, elle le pèse"),
            KeyRow("PLU", "L", "article par son numéro"),
            KeyRow("PRIX", "P", "autre prix : prix, PRIX, puis l'article"),
            KeyRow("%", "JP", "remise en % : nombre, puis %"),
            KeyRow("REMISE", "JR", "remise d'un montant : centimes, puis REMISE"),
            KeyRow("MOTIF", "JM", "motif : numéro, MOTIF, puis la remise ou la sortie"),
            KeyRow("PERSO", "JE", "prix du personnel, avant le premier article"),
            KeyRow("PRO", "JO", "prix professionnels, avant le premier article"),
            KeyRow("PLACE", "JS", "sur place, puis à emporter : change la TVA"),
        ),
    ),
    KeyGroup(
        "Stock",
        (
            KeyRow("RETRAIT", "IR", "prélèvement : nombre, RETRAIT, puis l'article"),
            KeyRow("DEGUST", "ID", "dégustation : nombre, DEGUST, puis l'article"),
            KeyRow("PERTE", "IP", "casse, perte : nombre, PERTE, puis l'article"),
            KeyRow("INVENDU", "IU", "invendu : nombre, INVENDU, puis l'article"),
            KeyRow("FABRIQUE", "IF", "fabriqué : nombre, FABRIQUE, puis l'article"),
            KeyRow("TRANSF", "IT", "envoyé ailleurs : nombre, TRANSF, puis l'article"),
            KeyRow("LIVRE", "IL", "livré : nombre, LIVRE, puis l'article"),
            KeyRow("INVENT", "IC", "inventaire : nombre compté, INVENT, puis l'article"),
            KeyRow("STOCK", "OS", "stock d'un article ; deux fois : la liste"),
            KeyRow("OUVRIR", "OO", "ouvrir une bouteille : OUVRIR, puis l'article"),
            KeyRow("FINIR", "OF", "finir la bouteille : FINIR, puis l'article"),
            KeyRow("VERSE", "OV", "versé et vendu, par bouteille"),
            KeyRow("PROD", "OP", "production proposée ; 1 PROD : demain"),
            KeyRow("ALLERG", "OA", "allergènes d'un article ; deux fois : la liste"),
        ),
    ),
    KeyGroup(
        "Encaisser",
        (
            KeyRow("ST", "S", "sous-total"),
            KeyRow("CASH", "M", "espèces"),
            KeyRow("CARD", "B", "carte"),
            KeyRow("CHEQUE", "EC", "chèque"),
            KeyRow("TR", "ET", "titres-restaurant"),
            KeyRow("AVOIR", "EA", "rendre par un avoir ; ou numéro, puis AVOIR : payer"),
            KeyRow("BON", "EB", "numéro, puis BON : payer d'un bon ; seul : réimprimer"),
            KeyRow("TICKET", "T", "ticket, puis duplicata"),
            KeyRow("CADEAU", "UC", "ticket cadeau : les articles, sans les prix"),
            KeyRow("BREF", "UB", "ticket sans détail : le total et la TVA"),
            KeyRow("NOTE", "UN", "note d'une prestation"),
            KeyRow("QR", "UQ", "ticket entier dans un code QR"),
            KeyRow("DON", "UD", "don : arrondir à l'euro, ou un montant, puis DON"),
            KeyRow("COMMANDE", "UO", "ce qui est versé sur une commande : numéro, COMMANDE"),
            KeyRow("ACOMPTE", "UA", "acompte : prix, PRIX, commande, ACOMPTE"),
            KeyRow("ARRHES", "UR", "arrhes : prix, PRIX, commande, ARRHES"),
            KeyRow("TAUX", "UT", "TVA de l'acompte qui suit : taux, TAUX"),
            KeyRow("CLIENT", "UK", "client d'une facture : numéro, CLIENT"),
            KeyRow("FACTURE", "UF", "facture du dernier ticket, puis duplicata"),
        ),
    ),
    KeyGroup(
        "Tiroir et clôture",
        (
            KeyRow("#/NS", "GN", "ouvrir le tiroir sans vente"),
            KeyRow("FOND", "GF", "fond de caisse : centimes, puis FOND"),
            KeyRow("ENTREE", "GE", "entrée d'espèces : numéro, MOTIF, centimes, ENTREE"),
            KeyRow("SORTIE", "GS", "sortie d'espèces : numéro, MOTIF, centimes, SORTIE"),
            KeyRow("PRELEV", "GP", "prélèvement au coffre : centimes, puis PRELEV"),
            KeyRow("X", "ZX", "lecture X : la journée en cours"),
            KeyRow("COMPTE", "ZC", "compter le tiroir : nombre de chaque pièce, puis COMPTE"),
            KeyRow("Z", "ZZ", "clôture Z de la journée"),
            KeyRow("REPORT", "ZR", "ventes ouvertes : les lire, puis Z les reporte"),
            KeyRow("ZBIS", "ZB", "duplicata du dernier Z, ou numéro, puis ZBIS"),
            KeyRow("SERVICE", "ZS", "clôture du service (midi, soir)"),
            KeyRow("TIROIR", "GT", "numéro, TIROIR, puis COMPTE, FOND, #/NS..."),
        ),
    ),
    KeyGroup(
        "Chiffres",
        (
            *(KeyRow(digit, digit, "chiffre") for digit in "0123456789"),
            KeyRow("00", "H", "deux zéros"),
            KeyRow("000", "K", "trois zéros"),
            KeyRow(",", "D", "virgule"),
        ),
    ),
)

ROWS = tuple(row for group in GROUPS for row in group.rows)
"""All rows: every key of the till but the direct keys of articles, which are without number."""
