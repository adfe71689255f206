"""The sale at hand (S): lines, payment, discounts. Read through `faults`."""

from pos_terminal.domain.faults.fault import define as _fault

NOTHING_SOLD = _fault(
    "S-101", "AUCUN ARTICLE", "La vente n'a pas d'article.", "Taper C, puis enregistrer un article."
)
NOTHING_TO_CORRECT = _fault(
    "S-102", "RIEN A CORRIGER", "Il n'y a pas de ligne à annuler.", "Taper C."
)
TENDER_STARTED = _fault(
    "S-103",
    "PAIEMENT COMMENCE",
    "Le règlement de cette vente est commencé.",
    "Taper C et finir de payer.",
)
NO_TICKET = _fault("S-104", "PAS DE TICKET", "Aucune vente close n'attend son ticket.", "Taper C.")
AMOUNT_TOO_LARGE = _fault(
    "S-105",
    "MONTANT TROP GRAND",
    "Le montant ou la quantité dépasse ce que la caisse accepte.",
    "Taper C et retaper.",
)
TENDER_EXACT = _fault(
    "S-106",
    "MONTANT EXACT SVP",
    "Ce moyen de paiement ne rend pas la monnaie.",
    "Taper C, puis le montant exact ou moins.",
)
LINE_NOT_FOUND = _fault(
    "S-107", "PAS SUR LE TICKET", "La vente n'a plus de ligne de cet article.", "Taper C."
)
CASH_LIMIT = _fault(
    "S-131",
    "TROP EN ESPECES",
    "La loi limite ce qui se paie en espèces (docs/tenders.md).",
    "Taper C ; prendre le reste par carte ou par chèque.",
)
CHANGE_LIMIT = _fault(
    "S-132",
    "RENDU TROP GRAND",
    "La monnaie à rendre dépasse la limite du magasin.",
    "Taper C, vérifier la somme reçue et la retaper.",
)
MEAL_LIMIT = _fault(
    "S-133",
    "TR : MAXI DU JOUR",
    "Les titres-restaurant ne paient qu'un montant par jour (docs/tenders.md).",
    "Taper C, puis TR seul : la caisse prend ce qui est permis.",
)
MEAL_FOOD = _fault(
    "S-134",
    "TR : REPAS SEULEMENT",
    "Un titre-restaurant ne paie que ce qui se mange, sans alcool.",
    "Taper C, puis TR seul : la caisse prend ce qui est permis.",
)
MEAL_DAY = _fault(
    "S-135",
    "PAS DE TR CE JOUR",
    "Les titres-restaurant ne servent ni le dimanche ni les jours fériés.",
    "Taper C et choisir un autre règlement ; au besoin voir [tenders] dans les réglages.",
)
PAYMENT_IN_Z = _fault(
    "S-141",
    "PAIEMENT DEJA AU Z",
    "La journée du dernier ticket est close : son moyen de paiement ne change plus.",
    "Taper C ; noter l'erreur pour le comptable, avec le numéro du ticket.",
)
BAD_TIME = _fault(
    "S-142",
    "HEURE IMPOSSIBLE",
    "Cette heure n'existe pas, est à venir, ou précède le début de la panne.",
    "Taper C, puis l'heure en trois ou quatre chiffres (945) ; un autre jour avant (3030945).",
)
DISCOUNT_TOO_LARGE = _fault(
    "S-151",
    "REMISE TROP GRANDE",
    "La remise dépasse ce qui reste à payer de la ligne ou du ticket.",
    "Taper C, puis une remise plus petite.",
)
NOTHING_TO_DISCOUNT = _fault(
    "S-152",
    "RIEN A REMISER",
    "La remise ne fait pas un centime.",
    "Taper C et poursuivre.",
)
UNKNOWN_REASON = _fault(
    "S-153",
    "MOTIF INCONNU",
    "Aucun motif de remise n'a ce numéro.",
    "Taper C, puis un numéro de la liste des motifs ([sales] dans les réglages).",
)
PRICES_FIRST = _fault(
    "S-154",
    "AVANT LES ARTICLES",
    "Les prix du personnel ou des professionnels se choisissent avant le premier article.",
    "Taper C ; finir cette vente, ou annuler ses articles, puis choisir les prix.",
)
CHOICE_WANTED = _fault(
    "S-155",
    "CHOIX A FAIRE",
    "L'article demande un choix, par exemple sa taille.",
    "Taper C, puis le numéro du choix ; ou CORR pour reprendre l'article.",
)
OPTION_REFUSED = _fault(
    "S-156",
    "PAS POUR CET ARTICLE",
    "Le dernier article n'a pas cette option, ou son choix est déjà fait.",
    "Taper C ; mettre l'option juste après son article.",
)
NOTHING_HELD = _fault(
    "S-191", "RIEN EN ATTENTE", "Aucune vente n'attend.", "Taper C et poursuivre."
)
SALE_AT_HAND = _fault(
    "S-192",
    "VENTE EN COURS",
    "Une vente est ouverte : une autre ne peut pas être rappelée sur elle.",
    "Taper C, finir la vente ou la mettre en attente (ATTENTE), puis rappeler.",
)
