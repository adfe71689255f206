"""Refusals of papers after a sale, invoices, deposits and donations. Read through `faults`."""

from pos_terminal.domain.faults.fault import define as _fault

TICKET_UNKNOWN = _fault(
    "S-220",
    "TICKET INCONNU",
    "Aucun ticket de cette caisse ne porte ce numéro.",
    "Taper C et relire le numéro : les chiffres après le tiret, sans les zéros.",
)
QR_TOO_LONG = _fault(
    "S-221",
    "TROP LONG POUR LE QR",
    "Le ticket a trop de lignes pour tenir dans un code QR.",
    "Taper C, puis TICKET : l'imprimer.",
)
NO_NOTE = _fault(
    "S-222",
    "PAS DE NOTE",
    "Un remboursement n'a pas de note.",
    "Taper C, puis TICKET.",
)
CUSTOMER_WANTED = _fault(
    "S-223",
    "QUEL CLIENT ?",
    "Une facture est faite à un client, et aucun n'est désigné.",
    "Taper C, puis le numéro du client, CLIENT, FACTURE ; ou scanner sa carte.",
)
CUSTOMER_UNKNOWN = _fault(
    "S-224",
    "CLIENT INCONNU",
    "Aucun client ne porte ce numéro, ou ses données ont été effacées.",
    "Taper C et relire le numéro ; faire ajouter le client (pos-terminal person add).",
)
CUSTOMER_INCOMPLETE = _fault(
    "S-225",
    "CLIENT SANS ADRESSE",
    "Une facture porte le nom et l'adresse du client, et l'un des deux manque.",
    "Taper C ; faire compléter la fiche (pos-terminal person add --to).",
)
BUYER_GONE = _fault(
    "S-226",
    "FACTURE ECHUE",
    "Les données du client de cette facture ne sont plus conservées.",
    "Taper C ; reprendre le double remis au comptable.",
)
ALL_REFUNDED = _fault(
    "S-256",
    "TICKET REMBOURSE",
    "Tout le ticket est remboursé : il n'y a plus rien à facturer.",
    "Taper C et relire le numéro du ticket.",
)
NOTHING_INVOICED = _fault(
    "S-257",
    "AVOIR SANS FACTURE",
    "Un avoir corrige une facture, et ce qui est repris n'a pas été facturé.",
    "Taper C, puis TICKET ; ou facturer d'abord le ticket d'origine : son numéro, FACTURE.",
)
INVOICED_TO_ANOTHER = _fault(
    "S-258",
    "FACTURE D'UN AUTRE",
    "L'avoir est pour le client de la facture qu'il corrige, et c'est un autre.",
    "Taper C, puis le numéro du client de la facture, CLIENT, FACTURE.",
)
DEPOSIT_AMOUNT = _fault(
    "S-227",
    "TAPER LE MONTANT",
    "Le montant de l'acompte ou des arrhes manque.",
    "Taper C, puis le montant, PRIX, la commande, ACOMPTE ou ARRHES.",
)
NOTHING_DEPOSITED = _fault(
    "S-228",
    "RIEN DE VERSE",
    "Rien n'est versé sur cette commande, ou tout en est déduit ou rendu.",
    "Taper C et relire le numéro de la commande.",
)
DEPOSIT_IN_USE = _fault(
    "S-229",
    "COMMANDE EN COURS",
    "Ce qui est versé sur la commande compte déjà dans une vente ouverte.",
    "Taper C ; finir cette vente, ou y annuler la ligne par CORR.",
)
DEPOSIT_TOO_SMALL = _fault(
    "S-230",
    "PLUS QUE LE VERSE",
    "Ce montant dépasse ce qui est versé sur la commande.",
    "Taper C, puis la commande et COMMANDE : l'afficheur dit ce qui est versé.",
)
RATE_UNKNOWN = _fault(
    "S-231",
    "TAUX INCONNU",
    "Le magasin ne vend rien à ce taux de TVA.",
    "Taper C, puis un taux du catalogue : 5,5 TAUX.",
)
NO_BENEFICIARY = _fault(
    "S-232",
    "PAS D'ASSOCIATION",
    "Les réglages ne disent pas pour qui la caisse collecte des dons.",
    "Taper C ; remplir donations_to dans [tenders].",
)
GIFT_TAKEN = _fault(
    "S-233",
    "DON DEJA PRIS",
    "La vente a déjà un don.",
    "Taper C ; CORR le reprend s'il est le dernier règlement.",
)
NOTHING_TO_ROUND = _fault(
    "S-234",
    "RIEN A ARRONDIR",
    "Ce qui est dû est déjà un nombre entier d'euros.",
    "Taper C, puis le montant du don et DON.",
)
GIFT_TOO_LARGE = _fault(
    "S-235",
    "DON TROP GRAND",
    "Le don dépasse ce que les réglages admettent.",
    "Taper C et relire le montant ; la limite est donation_most dans [tenders].",
)
