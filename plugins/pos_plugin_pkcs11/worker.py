"""The process that holds the token: loads its library, logs in, makes keys and signs.

Requests come as lines of JSON on the standard input, `open` first; answers go to the standard
output. It ends with its input. By PKCS #11 2.40; the library is python-pkcs11's to call.
"""

import json
import secrets
import sys
from typing import Any

from pkcs11 import (
    Attribute,
    KeyType,
    Mechanism,
    MechanismFlag,
    ObjectClass,
    PublicKey,
    Session,
    lib,
)
from pkcs11.constants import DEFAULT
from pkcs11.exceptions import (
    PinExpired,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
)
from pkcs11.util.ec import (
    encode_ec_public_key,
    encode_ecdsa_signature,
    encode_named_curve_parameters,
)

LABEL = "pos-terminal"
"""The label of the keys that are made here."""

WRONG_PIN = (PinIncorrect, PinInvalid, PinLenRange, PinLocked, PinExpired)

PROOFS = (Attribute.LOCAL, Attribute.NEVER_EXTRACTABLE, Attribute.ALWAYS_SENSITIVE)
"""What the token has to say of a key that it made: there, and never outside."""

PUBLIC_UNSAID = {Attribute.ENCRYPT: DEFAULT, Attribute.WRAP: DEFAULT, Attribute.VERIFY: DEFAULT}
PRIVATE_UNSAID = {
    Attribute.DECRYPT: DEFAULT, Attribute.UNWRAP: DEFAULT, Attribute.DERIVE: DEFAULT,
}  # fmt: skip
"""Left to the token: tpm2-pkcs11 refuses to be told otherwise than the TPM will have it."""


class Held:
    """A token that is logged in to."""

    def __init__(self, module: str, label: str, pin: str) -> None:
        token = lib(module).get_token(token_label=label)
        self._session: Session = token.open(rw=True, user_pin=pin)
        self._name = f"{token.manufacturer_id} {token.model}".strip()
        self._serial = token.serial.decode(errors="replace").strip()
        self._keys: dict[str, Any] = {}

    def make(self) -> dict[str, str]:
        """A key pair; PKCS11Error where the token does not vouch for it."""
        curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        parameters = self._session.create_domain_parameters(KeyType.EC, curve, local=True)
        public, private = parameters.generate_keypair(
            id=secrets.token_bytes(16),
            label=LABEL,
            store=True,
            capabilities=MechanismFlag.SIGN,
            mechanism=Mechanism.EC_KEY_PAIR_GEN,
            public_template=PUBLIC_UNSAID,
            private_template=PRIVATE_UNSAID
            | {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
        )
        missing = [proof.name for proof in PROOFS if not private[proof]]
        if missing or private[Attribute.EXTRACTABLE]:
            raise PKCS11Error(f"la clé n'est pas gardée par le jeton : {', '.join(missing)}")
        origin = f"{self._name}, n° {self._serial} : faite dans le jeton, jamais exportable"
        return {"public": encode_ec_public_key(public).hex(), "origin": origin}

    def sign(self, public: str, digest: str) -> dict[str, str]:
        """The signature of a digest by the key with that public half."""
        if public not in self._keys:
            self._keys[public] = self._found(public)
        raw = self._keys[public].sign(bytes.fromhex(digest), mechanism=Mechanism.ECDSA)
        return {"signature": encode_ecdsa_signature(raw).hex()}

    def _found(self, public: str) -> Any:
        """The private key. By its public half: an id can be given to another key, too."""
        among = {Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.KEY_TYPE: KeyType.EC}
        for each in [*self._session.get_objects(among)]:
            if isinstance(each, PublicKey) and encode_ec_public_key(each).hex() == public:
                same = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: each.id}
                for private in [*self._session.get_objects(same)]:
                    return private
        raise PKCS11Error("la clé de ce journal n'est pas dans ce jeton")


def answer(held: Held, request: dict[str, str]) -> dict[str, str]:
    """What to say to a request."""
    if request["do"] == "make":
        return held.make()
    return held.sign(request["public"], request["digest"])


def main() -> None:
    """Answer until the input ends."""
    held: Held | None = None
    for line in sys.stdin:
        request = json.loads(line)
        said: dict[str, object]
        try:
            if held is None:
                held = Held(request["module"], request["token"], request["pin"])
                said = {}
            else:
                said = {**answer(held, request)}
        except WRONG_PIN as error:
            said = {"error": f"code du jeton refusé ({type(error).__name__})", "pin": True}
        except (PKCS11Error, OSError) as error:
            said = {"error": f"{type(error).__name__} {error}".strip()}
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
