"""Faults of looking something up in the till's past. Read through `faults`."""

from pos_terminal.domain.fault import define as _fault

LOOKING = _fault(
    "S-195",
    "RECHERCHE EN COURS",
    "La caisse cherche dans son journal.",
    "Attendre la réponse, ou taper C pour y renoncer.",
)
LEDGERS_BEHIND = _fault(
    "S-196",
    "COMPTES EN RETARD",
    "Les comptes tirés du journal ne sont pas encore à jour.",
    "Taper C et recommencer dans une minute.",
)
LEDGERS_FAILED = _fault(
    "S-197",
    "COMPTES ILLISIBLES",
    "Les comptes tirés du journal (ledgers.db) ne peuvent pas être lus.",
    "Lire la cause au journal du système ; vérifier la place sur le disque.",
)
TICKET_PURGED = _fault(
    "S-198",
    "TICKET ARCHIVE",
    "Ce ticket a été purgé de la caisse : il n'est plus que dans une archive.",
    "Taper C ; le retrouver dans l'archive de sa période.",
)
