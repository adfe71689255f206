"""GS1 element strings and Digital Link URIs, taken apart into application identifiers. Pure.

After GS1 General Specifications, section 7.8: an identifier whose first two digits are in a fixed
table has a predefined length and is followed at once by the next; any other ends at a separator
(FNC1, transmitted as GS, 1D hex) or at the end. So no table of all identifiers is needed, which
keeps this at no memory worth mention (a full parser's tables cost 24 MB on the terminal).
"""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

SEPARATOR = "\x1d"

Elements = dict[str, str]
"""Application identifier -> value, as digits and characters, check digits verified for GTINs."""

# First two digits of the identifier -> length of identifier and value (figure 7.8.5-2).
_PREDEFINED = {
    "00": 20, "01": 16, "02": 16, "03": 16, "04": 18,
    **dict.fromkeys(("11", "12", "13", "14", "15", "16", "17", "18", "19"), 8),
    "20": 4,
    **dict.fromkeys(("31", "32", "33", "34", "35", "36"), 10),
    "41": 16,
}  # fmt: skip

# Identifiers that this plugin uses, by their digits; the others need not be told apart. One of
# them with another value spoils its code: what it says of price or date would be passed over.
_NAMED = re.compile(r"01|02|1[67]|7003|310\d|39[23]\d", re.ASCII)
_USED = re.compile(
    r"(?:01|02)(?=\d{14}\Z)|1[67](?=\d{6}\Z)|7003(?=\d{10}\Z)|310\d(?=\d{6}\Z)"
    r"|392\d(?=\d{1,15}\Z)|393\d(?=\d{4,18}\Z)",
    re.ASCII,
)
_LINKED = re.compile(r"/(01)/(\d{8}|\d{12,14})(?=/|$)", re.ASCII)


def element_string(data: str) -> Elements:
    """The identifiers of an element string; empty where it does not keep to the rules."""
    elements: Elements = {}
    rest = data.lstrip(SEPARATOR)
    while rest:
        length = _PREDEFINED.get(rest[:2])
        if length is None:
            element, _, rest = rest.partition(SEPARATOR)
        elif len(rest) < length:
            return {}
        else:
            element, rest = rest[:length], rest[length:].removeprefix(SEPARATOR)
        used = _USED.match(element)
        if used:
            elements[used[0]] = element[used.end() :]
        elif _NAMED.match(element):
            return {}
    return elements


def digital_link(uri: str) -> Elements:
    """The identifiers in a GS1 Digital Link URI (GS1 Digital Link standard: URI syntax)."""
    try:
        parts = urlsplit(uri)
    except ValueError:  # «http://[»: anybody's QR code may say anything
        return {}
    linked = _LINKED.search(unquote(parts.path))
    if not linked:
        return {}
    elements = {linked[1]: linked[2].zfill(14)}
    for identifier, value in parse_qsl(parts.query):
        used = _USED.match(identifier + value)
        if used and used[0] == identifier:
            elements[identifier] = value
        elif _NAMED.fullmatch(identifier):
            return {}
    return elements
