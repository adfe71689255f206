"""The part of the table of faults that is about devices (domain/faults has it all)."""

from pos_terminal.domain.faults.fault import Tone
from pos_terminal.domain.faults.fault import define as _fault

SCALE_MOVING = _fault(
    "W-101", "POIDS INSTABLE", "Le poids bouge.", "Attendre que le plateau soit immobile."
)
SCALE_OVERLOAD = _fault(
    "W-102",
    "BALANCE SURCHARGEE",
    "Le poids dépasse la portée de la balance.",
    "Retirer du poids, taper C, recommencer.",
)
SCALE_NEGATIVE = _fault(
    "W-103",
    "BALANCE SOUS ZERO",
    "Le plateau est sous le zéro.",
    "Vider le plateau, remettre la balance à zéro.",
)
SCALE_ZERO = _fault(
    "W-104", "RIEN SUR LA BALANCE", "Le poids lu est nul.", "Poser l'article, taper C, recommencer."
)
SCALE_MUTE = _fault(
    "W-105",
    "BALANCE MUETTE",
    "La balance ne répond pas.",
    "Vérifier son câble et son alimentation ; taper C.",
)
SCALE_OFFLINE = _fault(
    "W-106", "BALANCE ABSENTE", "La balance n'est pas branchée.", "Brancher la balance ; taper C."
)
SCALE_ANSWER = _fault(
    "W-107",
    "BALANCE EN ERREUR",
    "La balance a donné une réponse illisible.",
    "Taper C et recommencer ; faire vérifier ses réglages.",
)
SCALE_NOT_SET = _fault(
    "W-108",
    "ZERO/TARE REFUSE",
    "La balance n'a pas pris le zéro ou la tare.",
    "Vider ou alléger le plateau, attendre, recommencer.",
)
SCALE_TARED = _fault(
    "W-109",
    "TARE DEJA PRISE",
    "La balance a déjà ôté une tare : la caisse l'ôterait une seconde fois.",
    "Taper C ; effacer la tare de la balance, ou taper 0 TARE puis l'article.",
)
SCALE_STALE = _fault(
    "W-110",
    "POIDS DEJA DONNE",
    "La balance ne redonne pas un poids tant que le plateau n'a pas bougé.",
    "Taper C ; soulever l'article, le reposer, recommencer.",
)
SCALE_FAULT = _fault(
    "W-111",
    "BALANCE EN PANNE",
    "La balance signale une panne, ou ne reconnaît pas la caisse.",
    "Éteindre et rallumer la balance ; sinon taper le poids : grammes, g, article.",
)
PRINTER_OFFLINE = _fault(
    "P-101",
    "IMPRIMANTE ABSENTE",
    "L'imprimante est éteinte ou débranchée.",
    "Allumer l'imprimante, vérifier le câble.",
    Tone.ALARM,
)
PRINTER_COVER = _fault(
    "P-102",
    "CAPOT IMPRIMANTE",
    "Le capot de l'imprimante est ouvert.",
    "Fermer le capot.",
    Tone.ALARM,
)
PAPER_OUT = _fault(
    "P-103",
    "PLUS DE PAPIER",
    "Le rouleau de l'imprimante est fini.",
    "Changer le rouleau.",
    Tone.ALARM,
)
PRINTER_ERROR = _fault(
    "P-104",
    "IMPRIMANTE ERREUR",
    "L'imprimante signale une panne mécanique (massicot, tête).",
    "Éteindre, ouvrir, dégager le papier, rallumer.",
    Tone.ALARM,
)
PRINT_UNKNOWN = _fault(
    "P-105",
    "TICKET INCERTAIN",
    "L'imprimante n'a pas confirmé le ticket.",
    "Regarder le papier ; au besoin demander un duplicata.",
    Tone.ALARM,
)
PRINTER_BUSY = _fault(
    "P-106", "IMPRIMANTE OCCUPEE", "L'imprimante n'a pas fini le ticket précédent.", "Attendre."
)
NOT_PRINTED = _fault(
    "P-107",
    "TICKET NON IMPRIME",
    "La caisse s'est arrêtée avant d'envoyer le ticket à l'imprimante : rien n'en est sorti.",
    "Demander le ticket de nouveau.",
    Tone.ALARM,
)
PRINTER_ANSWER = _fault(
    "P-108",
    "IMPRIMANTE ILLISIBLE",
    "Ce qui est branché répond autre chose qu'une imprimante de ce pilote.",
    "Faire vérifier le pilote, la vitesse de la ligne, le câble.",
    Tone.ALARM,
)
PAPER_LOW = _fault(
    "P-109",
    "ROULEAU BIENTOT FINI",
    "Le rouleau de l'imprimante est près de sa fin.",
    "Finir la vente, puis changer le rouleau.",
)
DISPLAY_OFFLINE = _fault(
    "D-101",
    "AFFICHEUR ABSENT",
    "L'afficheur client n'est pas branché.",
    "Vérifier le câble de l'afficheur.",
    Tone.ALARM,
)
DRAWER_OFFLINE = _fault(
    "T-101",
    "TIROIR NON OUVERT",
    "L'ordre d'ouverture n'a pas pu partir.",
    "Ouvrir le tiroir à la clé ; vérifier l'imprimante.",
    Tone.ALARM,
)
DRAWER_LEFT_OPEN = _fault(
    "T-102",
    "TIROIR RESTE OUVERT",
    "Le tiroir est ouvert depuis plus d'une minute.",
    "Fermer le tiroir ; s'il est fermé, vérifier son contact (open_when_high).",
    Tone.ALARM,
)
SCANNER_OFFLINE = _fault(
    "R-101",
    "SCANNER ABSENT",
    "Le scanner n'est pas branché.",
    "Vérifier le câble du scanner.",
    Tone.ALARM,
)
KEYPAD_OFFLINE = _fault(
    "R-102",
    "CLAVIER ABSENT",
    "Le clavier n'est pas branché.",
    "Vérifier le câble du clavier.",
    Tone.ALARM,
)
TONE_OFFLINE = _fault(
    "R-103", "BIP ABSENT", "L'avertisseur sonore n'est pas branché.", "Vérifier l'avertisseur."
)
DEVICE_FORBIDDEN = _fault(
    "C-108",
    "APPAREIL INTERDIT",
    "Le système ne laisse pas la caisse ouvrir cet appareil.",
    "Installer l'unité et les règles udev de systemd/README.md, ou mettre l'utilisateur dans les "
    "groupes input, dialout et lp.",
    Tone.ALARM,
)
NO_DEVICES = _fault(
    "C-109",
    "AUCUN APPAREIL",
    "Les réglages ne nomment aucun appareil : rien ne peut être tapé, lu ni imprimé.",
    "Les chercher par pos-terminal devices, les adopter par pos-terminal devices adopt.",
)
INPUT_STRANGER = _fault(
    "R-105",
    "CLAVIER INCONNU",
    "Un clavier ou un scanner que les réglages ne nomment pas est branché : la caisse le tient, "
    "il n'écrit nulle part.",
    "Le débrancher, ou l'adopter par pos-terminal devices adopt.",
)
INPUT_BUSY = _fault(
    "R-104",
    "LECTEUR DEJA PRIS",
    "Un autre programme tient ce scanner ou ce clavier.",
    "Arrêter l'autre programme ; il se reprend de lui-même.",
    Tone.ALARM,
)
