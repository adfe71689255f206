"""What lies beside the journal, and is lost with it."""

STATE_FILES = {
    "catalogs/": "les catalogues, promotions et réglages que le journal nomme par leur SHA-256",
    "keys/": "les clés : qui signe, données personnelles, bons ; jamais dans une archive",
    "persons.db": "les données personnelles, chiffrées ; keys/persons.key et persons.slots",
    "persons.slots": "la clé de chacune, scellée ; détruire une clé, c'est effacer",
    "clerks.toml": "qui peut s'identifier, et ce que chacun peut faire",
    "catalog.sha256": "quel catalogue est en vigueur",
    "promotions.sha256": "quelles promotions le sont",
    "shop/catalog.json": "quel catalogue est en vigueur",
    "shop/settings.json": "les derniers bons réglages",
    "terminal.good.toml": "les derniers bons réglages",
    "keymap.good.toml": "le dernier bon plan de touches du magasin",
    "journal.mark": "quel journal est tenu ici",
    "signer.down": "depuis quand la signature ne marche plus",
}
"""What lies in the state directory and is no projection of the journal: backed up with it, and
restored with it. Databases end in .db, folders in /."""
