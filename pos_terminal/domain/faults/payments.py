"""Payment terminals and cash machines (M, «monétique»). Read through `faults`."""

from pos_terminal.domain.faults.fault import Tone
from pos_terminal.domain.faults.fault import define as _fault

TERMINAL_OFFLINE = _fault(
    "M-101",
    "TERMINAL ABSENT",
    "Le terminal de paiement ne répond pas : rien ne lui a été demandé.",
    "Taper C ; vérifier câble, réseau et alimentation, ou encaisser autrement.",
)
TERMINAL_MUTE = _fault(
    "M-102",
    "TERMINAL MUET",
    "Le terminal de paiement n'a pas répondu à l'appel : aucun montant ne lui a été donné.",
    "Taper C ; regarder son écran, puis recommencer.",
)
TERMINAL_BUSY = _fault(
    "M-103",
    "TERMINAL OCCUPE",
    "Le terminal de paiement fait autre chose : il n'a pas pris le montant.",
    "Taper C ; attendre que son écran soit au repos, puis recommencer.",
)
TERMINAL_UNABLE = _fault(
    "M-104",
    "TERMINAL NE SAIT PAS",
    "Ce terminal n'a pas de mot pour cela : remboursement, annulation ou fin de journée.",
    "Taper C ; le faire sur le terminal lui-même, ou rendre autrement.",
)
PAYMENT_UNKNOWN = _fault(
    "M-105",
    "CARTE : INCERTAIN",
    "Le montant est parti et aucune réponse sûre n'est revenue : la carte a pu être débitée.",
    "Lire l'écran et le ticket du terminal ; ne rien redemander avant d'avoir tranché.",
    Tone.ALARM,
)
TERMINAL_ANSWER = _fault(
    "M-106",
    "TERMINAL EN ERREUR",
    "Le terminal de paiement a répondu ce qui n'est pas une réponse ; rien n'a été débité.",
    "Taper C et recommencer ; faire vérifier ses réglages.",
)
TERMINAL_CHANGED = _fault(
    "M-107",
    "AUTRE TERMINAL ?",
    "Le terminal qui répond n'est pas celui de cette caisse : son numéro ou son certificat a "
    "changé. Rien ne lui a été demandé.",
    "Taper C ; encaisser autrement, et voir qui a changé le terminal avant de le confirmer.",
    Tone.ALARM,
)
TERMINAL_SECRET = _fault(
    "M-108",
    "TERMINAL SANS CLE",
    "Le mot de passe ou la clé du terminal de paiement ne peut pas être lu.",
    "Le technicien vérifie le LoadCredential= de la caisse et les droits du fichier.",
)
CARD_REFUSED = _fault(
    "M-110",
    "CARTE REFUSEE",
    "Le terminal, la carte ou sa banque a refusé : rien n'a été débité.",
    "Taper C ; proposer une autre carte ou un autre moyen de paiement.",
)
CARD_ABANDONED = _fault(
    "M-111",
    "CARTE ABANDONNEE",
    "Le paiement par carte a été abandonné, ou personne n'a présenté de carte : rien n'est débité.",
    "Taper C ; recommencer par CARTE, ou prendre un autre moyen de paiement.",
)
CARD_UNREADABLE = _fault(
    "M-112",
    "CARTE ILLISIBLE",
    "Le terminal n'a pas pu lire la carte : rien n'a été débité.",
    "Taper C ; recommencer avec la puce, ou une autre carte.",
)
BANK_AWAY = _fault(
    "M-113",
    "BANQUE INJOIGNABLE",
    "Le terminal n'a pas pu joindre la banque : rien n'a été débité.",
    "Taper C ; vérifier le réseau du terminal, ou encaisser autrement.",
)
TERMINAL_NOT_PREPARED = _fault(
    "M-114",
    "TERMINAL PAS PRET",
    "Le terminal a d'abord à faire : télécollecte, mise à jour ou papier ; rien n'a été débité.",
    "Taper C ; lire l'écran du terminal et le laisser finir.",
)
CARD_UNDER_WAY = _fault(
    "M-120",
    "CARTE EN COURS",
    "Cette vente attend la réponse du terminal : elle ne change pas, et rien n'est redemandé.",
    "Taper C ; attendre, servir le client suivant par ATTENTE, ou abandonner par C.",
)
CARD_OTHER_AMOUNT = _fault(
    "M-121",
    "AUTRE MONTANT PAYE",
    "Le terminal a débité une autre somme que celle demandée : elle est prise telle quelle.",
    "Taper C ; faire payer ce qui reste, ou rendre ce qui est en trop.",
)
CARD_ON_HOLD_PAID = _fault(
    "M-122",
    "CARTE OK : RAPPEL",
    "La carte d'une vente en attente a été acceptée.",
    "Taper C ; finir la vente en cours, puis rappeler l'autre par RAPPEL : elle se clôt.",
    Tone.ACCEPTED,
)
CARD_ON_HOLD_UNPAID = _fault(
    "M-123",
    "CARTE NON : RAPPEL",
    "La carte d'une vente en attente n'a pas été acceptée : rien n'a été débité.",
    "Taper C ; finir la vente en cours, puis rappeler l'autre par RAPPEL.",
)
MEAL_CARD_LIMIT = _fault(
    "M-124",
    "CARTE TR EN TROP",
    "Une carte titre-restaurant a payé plus que la loi n'admet pour cette vente.",
    "Taper C ; CORR annule ce paiement sur le terminal, puis taper le montant permis et TR.",
)
CARD_TIP = _fault(
    "M-126",
    "POURBOIRE A SORTIR",
    "Le client a ajouté un pourboire sur le terminal : il sort du tiroir, pour le personnel.",
    "Taper C ; prendre le pourboire dans le tiroir, il n'est pas rendu au client.",
    Tone.ACCEPTED,
)
NO_SUCH_TERMINAL = _fault(
    "M-127",
    "TERMINAL INCONNU",
    "Les réglages n'ont pas de terminal de paiement de ce numéro.",
    "Taper C et vérifier le numéro : ils comptent dans l'ordre des réglages.",
)
CARD_DAYS_SHOWN = _fault(
    "M-128",
    "TPE, TICKET, Z OU C",
    "La caisse montre ce que les terminaux ont encaissé.",
    "Taper C, puis TPE : la suite ; TICKET : le papier ; Z : finir leur journée ; CORR : l'écart"
    " est expliqué ; C.",
)
CARD_DAY_DIFFERS = _fault(
    "M-129",
    "TPE : ECART A LIRE",
    "Le terminal de paiement dit avoir encaissé une autre somme que la caisse.",
    "Taper C ; lire le papier : il a l'écart et les tickets à vérifier, puis regarder la banque ;"
    " expliqué : TPE, CORR.",
    Tone.ALARM,
)
SLIP_NUMBER = _fault(
    "M-125",
    "NUMERO D'AUTO ?",
    "Le numéro d'autorisation du ticket du terminal manque.",
    "Taper C ; relever sur le ticket du terminal les six chiffres du numéro, puis CARTE.",
)
