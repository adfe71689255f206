"""Refusals of customers on account, of orders and lists: codes S-280 to S-289."""

from pos_terminal.domain.faults.fault import define as _fault

ACCOUNT_LIMIT = _fault(
    "S-280",
    "LIMITE DU COMPTE",
    "Le client devrait plus que ce que les réglages admettent en compte.",
    "Taper C ; faire régler le compte (REGLE), ou payer autrement ([accounts] des réglages).",
)
ACCOUNT_OF_ANOTHER = _fault(
    "S-281",
    "COMPTE D'UN AUTRE",
    "Ce qui est repris, ou facturé, est sur le compte d'un autre client.",
    "Taper C, puis recommencer avec le numéro de ce client.",
)
ACCOUNT_IN_USE = _fault(
    "S-282",
    "REGLEMENT EN COURS",
    "Une vente ouverte règle déjà ce compte.",
    "Taper C ; finir cette vente, ou y annuler la ligne par CORR.",
)
NOTHING_TO_INVOICE = _fault(
    "S-288",
    "RIEN A FACTURER",
    "Le client n'a rien pris en compte dans ce mois, ou le ticket règle une dette.",
    "Taper C, puis le client, CLIENT, et le mois : 202602 RECAP.",
)
ORDER_UNKNOWN = _fault(
    "S-285",
    "COMMANDE INCONNUE",
    "Aucune commande ouverte ne porte ce numéro.",
    "Taper C, puis 1 LISTE : les commandes ouvertes.",
)
WHEN_WANTED = _fault(
    "S-286",
    "JOUR ET HEURE ?",
    "Le jour et l'heure d'une commande se tapent en huit chiffres, et sont à venir.",
    "Taper C, la commande, NOTER, puis jour, mois, heure et minutes : 14031700 NOTER.",
)
PAGING = _fault(
    "S-287",
    "LISTE, TICKET OU C",
    "La caisse montre une liste : LISTE montre la suite, TICKET l'imprime, C finit.",
    "Taper C, puis LISTE, TICKET ou C.",
)
NOTHING_OWED = _fault(
    "S-283",
    "COMPTE A ZERO",
    "Le client ne doit rien.",
    "Taper C et relire le numéro du client.",
)
MORE_THAN_OWED = _fault(
    "S-284",
    "PLUS QUE LE COMPTE",
    "Ce montant dépasse ce que le client doit.",
    "Taper C, puis le client et REGLE : sans montant, il règle tout.",
)
