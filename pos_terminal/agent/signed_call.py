"""Calls out, signed as Standard Webhooks has it (<https://www.standardwebhooks.com>).

`webhook-id` is the same at every attempt, so that a repetition is known by it; the moment is signed
with the body, so that a call that somebody has kept is known to be old.
"""

import base64
import hashlib
import hmac

from pos_terminal.agent.delivery import Message

NEVER = (400, 413, 422)
"""Statuses of who will never take this message; any other than 2xx may be otherwise later."""


def signed(message: Message, secret: str, utc: int) -> dict[str, str]:
    """The headers of a call, at so many µs UTC."""
    moment = str(utc // 1_000_000)
    return {
        "webhook-id": message.id,
        "webhook-timestamp": moment,
        "webhook-signature": signature(secret, message.id, moment, message.body),
    }


def signature(secret: str, id: str, moment: str, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 of «id.timestamp.body», in base64, under the secret's bytes.

    A secret that begins with `whsec_` is base64 behind that, as the standard writes them.
    """
    named = secret.removeprefix("whsec_")
    key = base64.b64decode(named) if named != secret else secret.encode()
    content = f"{id}.{moment}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
