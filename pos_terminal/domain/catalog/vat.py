"""Rates of VAT that French law knows."""

KNOWN_RATES = frozenset(
    {
        0,  # exempt, or outside the tax (a voucher for anything)
        210, 550, 1000, 2000,  # the mainland: CGI, articles 281 quater ff., 278-0 bis, 278 bis, 278
        90, 1300,  # Corsica: CGI, article 297
        105, 175, 850,  # Guadeloupe, Martinique, Reunion: CGI, articles 294 and 296
    }
)  # fmt: skip
"""In basis points. Another number in a catalogue is a slip, never a rate."""
