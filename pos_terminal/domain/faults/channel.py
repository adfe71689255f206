"""The channel between the till and the box's other programs (C). Read through `faults`."""

from pos_terminal.domain.faults.fault import define as _fault

TILL_SILENT = _fault(
    "C-141",
    "CAISSE MUETTE",
    "Aucune caisse ne répond sur ce poste.",
    "Attendre une minute, puis couper et remettre le courant. Technicien : systemctl status "
    "pos-terminal ; --state.",
)
CHANNEL_SHUT = _fault(
    "C-142",
    "CANAL FERME",
    "La caisse n'a pas pu ouvrir son canal : ni état ni commandes ; la vente continue.",
    "Lire la cause au journal du système ; n'avoir qu'une caisse ici ; relancer la caisse.",
)
NOT_GRANTED = _fault(
    "C-143",
    "ACCES NON ACCORDE",
    "Ceci demande un accès que personne n'a donné, ou qui est fini.",
    "Donner l'accès à la caisse, avec son code ; ou lancer la commande avec sudo.",
)
OTHER_VERSION = _fault(
    "C-144",
    "VERSIONS DIFFERENTES",
    "La caisse et le programme qui lui parle ne sont pas de la même version.",
    "Mettre à jour le logiciel, puis relancer pos-terminal et pos-terminal-agent.",
)
CHANNEL_BROKEN = _fault(
    "C-145",
    "CANAL ROMPU",
    "La caisse a fermé la connexion, ou n'a pas répondu à temps.",
    "Recommencer ; si cela dure, lire le journal du système.",
)
BAD_REQUEST = _fault(
    "C-146",
    "DEMANDE IMPOSSIBLE",
    "La caisse ne peut pas faire ce qui lui est demandé ainsi.",
    "Lire la cause dite, corriger la demande et recommencer.",
)
EXPORT_FAILED = _fault(
    "C-152",
    "EXPORT IMPOSSIBLE",
    "Un export des comptes n'a pas pu être fait.",
    "Lire la cause dite ; faire de la place ou corriger les réglages, et recommencer.",
)
EXPORT_GONE = _fault(
    "C-153",
    "EXPORT ENLEVE",
    "Un export n'est plus au boîtier : gardé une heure, ou remplacé par un autre.",
    "Le refaire, puis le télécharger.",
)
