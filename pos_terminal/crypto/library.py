"""The system's libcrypto: how its functions are declared, and what it says when one fails.

Python's own `hashlib` has it in memory already. The package `cryptography` brings a copy of its
own, 10 MiB of a terminal's 40: it is the counterpart in the tests, and what an archive's verifier
uses, which runs elsewhere.
"""

import ctypes
from typing import Any

from pos_terminal.domain.language import labelled, say

_lib = ctypes.CDLL("libcrypto.so.3")


class CryptoError(ValueError):
    """The library does not do it; the message has what it said."""


def function(name: str, result: Any, *arguments: Any) -> Any:
    """A function of the library (OpenSSL 3, man section 3), with the C types of its declaration."""
    found = getattr(_lib, name)
    found.restype, found.argtypes = result, arguments
    return found


_error = function("ERR_get_error", ctypes.c_ulong)
_error_text = function("ERR_error_string_n", None, ctypes.c_ulong, ctypes.c_char_p, ctypes.c_size_t)


def error(what: str) -> CryptoError:
    """The error to raise, with the last thing that the library said; it is said no more then."""
    said = ctypes.create_string_buffer(256)
    while code := _error():
        _error_text(code, said, len(said))
    return CryptoError(labelled(what, said.value.decode(errors="replace") or say("refusé")))
