"""What may be said of the till to people outside: lines without what is nobody's business.

A driver by other hands logs what it likes: the bytes of a receipt, a card's track, a customer's
name. So what is *quoted* is taken for data, and goes, but for what is plainly a path or the name of
a part. The price is a detail less for a technician; the till's own lines say theirs unquoted.
"""

import re
from collections.abc import Sequence

GONE = "***"

Rule = tuple["re.Pattern[str]", str]

_SIGN = "[2-9A-HJKMNP-TV-Z]"

RULES: tuple[Rule, ...] = (
    # Tracks of a magnetic stripe first (ISO/IEC 7813): they hold a name and a number.
    (re.compile(r"%?B\d{12,19}\^[^^]{0,80}\^\w*\??|;?\b\d{12,19}=\d*\??"), GONE),
    (re.compile(r"(?i)\b(authorization|bearer)\b(\W+)(?:(?:basic|bearer) +)?\S+"), rf"\1\2{GONE}"),
    (  # «PIN 4711», «password: soleil»; but not «the token was not found»
        re.compile(r"(?i)\b(pin|password|passwd|passphrase|secret|token|mot de passe)\b"
                   r"(\s*[:=]\W*|\s+(?=\S*\d))\S+"),
        rf"\1\2{GONE}",
    ),
    (re.compile(r"(?i)\b(customer|client|holder|titulaire|nom|name)\b( ?[=:] ?)[^,;|)\]]+"),
     rf"\1\2{GONE}"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), f"{GONE}@{GONE}"),
    (re.compile(r"\$(?=[A-Z]*\d)[0-9A-Z]{6,}"), f"${GONE}"),  # the till's own codes
    (  # a payment's authorisation number, which stands on the card's slip
        re.compile(r"(?i)\b(auth?orisation|auth|auto)\b((?: (?:code|no|number))?\W{0,3})\d{4,}"),
        rf"\1\2{GONE}",
    ),
    # The code that lets support in (staff/support.py), as it is printed, or typed.
    (re.compile(rf"\b{_SIGN}{{4}}(?:-{_SIGN}{{4}}){{2}}\b"
                rf"|\b(?=\d*[A-Z])(?=[A-Z]*\d){_SIGN}{{12}}\b"), GONE),
    (re.compile(r"\b(?!\d{4}-\d\d-\d\d\b)\d(?:[ -]?\d){7,}\b"), "********"),  # cards, telephones
    (re.compile(r"(?i)\b(?:[0-9a-f]{2}[ :]){7,}[0-9a-f]{2}\b"), GONE),  # a dump of bytes
)  # fmt: skip

_QUOTED = re.compile(
    r"""(?<![\w'"])b?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?![\w'"])|«[^»]*»|“[^”]*”"""
)
_HARMLESS = re.compile(r"""['"](?:/[\w./:@+-]*|[a-z][a-z_.-]{0,40}|\d+(?:\.\d+){3})['"]""")
"""A path, a number of the network, or a small word: the name of a device, a logger, a setting."""


def redacted(text: str, rules: Sequence[Rule] = RULES) -> str:
    """A line without PINs, passwords, tokens, names, addresses, long numbers and quoted data."""
    for secret, put in rules:
        text = secret.sub(put, text)
    return _QUOTED.sub(lambda found: found[0] if _HARMLESS.fullmatch(found[0]) else GONE, text)
