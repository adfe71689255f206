"""The catalogue's columns: their own names, and what a French spreadsheet calls them.

docs/catalog.md has the same table. A name that is missing here is passed over, and said.
"""

from collections.abc import Mapping

NEEDED = ("plu", "name", "price")

DATED = frozenset(
    {"price", "per", "price_staff", "price_pro", "vat", "vat_on_spot", "from"}
)  # fmt: skip
"""Columns whose cell holds from the row's date on; all others say what the article is, for ever."""

_NAMES = {
    "plu": "numero",
    "name": "nom libelle designation",
    "price": "price_ttc_last prix prix_ttc prix_de_vente_ttc",
    "per": "par",
    "unit": "unite",
    "family": "famille rayon",
    "vat": "tva taux_tva taux_de_tva",
    "barcode": "code_barres code_barre codebarres ean ean13 gtin gencod",
    "meal_voucher": "titre_restaurant titres_restaurant ticket_restaurant",
    "price_staff": "prix_personnel",
    "price_pro": "prix_pro",
    "vat_on_spot": "tva_sur_place",
    "min": "prix_min prix_minimum",
    "max": "prix_max prix_maximum",
    "option": "",
    "for": "pour",
    "voucher": "bon_cadeau",
    "discount": "remise",
    "returnable": "consigne",
    "from": "a_partir_du depuis_le",
    "stock": "",
    "stock_unit": "unite_de_stock",
    "alert": "alerte",
    "content": "contenance",
    "part_of": "partie_de",
    "part": "partie",
    "made": "fabrique fait_maison",
    "tare": "",
    "allergens": "allergenes",
}

COLUMNS: Mapping[str, str] = {
    written: name for name, others in _NAMES.items() for written in (name, *others.split())
}
"""Every name that means a column, in plain letters, to the column's own name."""
