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
