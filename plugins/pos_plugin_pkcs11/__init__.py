"""Keys in a token that speaks PKCS #11: a USB token, a secure element, a TPM by tpm2-pkcs11.

The token's module is foreign code of which no call can be bounded in time. So it is loaded by a
process of its own (worker.py), which is ended where it does not answer: neither the module's memory
nor its hanging or crashing is the till's.
"""


from msgspec import Struct

from pos_plugin_pkcs11.token import Pkcs11Token
from pos_terminal.domain.language import say
from pos_terminal.hookspecs import hookimpl


class Pkcs11Settings(Struct, frozen=True, kw_only=True):
    """`module` is the maker's library, `token` the token's label, `pin` the credential of the
    till's unit with its PIN, or a file; `patience` how many seconds one answer may take.
    """

    module: str
    token: str
    pin: str = "token-pin"
    patience: float = 5.0

    def __post_init__(self) -> None:
        if not 0 < self.patience <= 20:
            raise ValueError(say("patience : plus de 0, et 20 secondes au plus"))


@hookimpl
def pos_settings() -> type[Pkcs11Settings]:
    """`[plugin.pkcs11]`."""
    return Pkcs11Settings


@hookimpl
def pos_token(settings: Pkcs11Settings) -> Pkcs11Token:
    """The one token."""
    return Pkcs11Token(settings.module, settings.token, settings.pin, settings.patience)
