"""Refusals of papers after a sale, invoices, deposits and donations. Read through `faults`."""

from pos_terminal.domain.fault import define as _fault

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
