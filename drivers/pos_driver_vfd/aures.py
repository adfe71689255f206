"""Set-up of Aures and Oxhoo displays (USB ids 0416:F011, 0416:F012), which keep their own settings.

Each is STX ENQ, a letter for what is set, its value, ETX.
"""

ESCPOS_MODE = b"\x02\x05C1\x03"
FRANCE = b"\x02\x05T\x01\x03"
CP858 = b"\x02\x05U\x13\x03"

SETUP = ESCPOS_MODE + FRANCE + CP858
"""ESC/POS commands, French set, code page 858: what the settings must say beside it."""
