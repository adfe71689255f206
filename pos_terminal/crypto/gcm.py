"""AES-256-GCM (NIST SP 800-38D): what is sealed with a key opens with it alone, or not at all.

By man pages EVP_EncryptInit and EVP_aes_256_gcm of OpenSSL 3.
"""

import ctypes
from ctypes import POINTER, byref, c_char_p, c_int, c_void_p

from pos_terminal.crypto.library import CryptoError, error, function
from pos_terminal.domain.language import say

KEY = 32
"""Bytes of a key."""

NONCE = 12
"""Bytes of a nonce, which must never serve a key twice."""

TAG = 16
"""Bytes behind what is sealed, by which a change is seen."""

_SET_TAG, _GET_TAG = 0x11, 0x10
"""EVP_CTRL_AEAD_SET_TAG and _GET_TAG (evp.h)."""

_out = POINTER(c_int)
_context = function("EVP_CIPHER_CTX_new", c_void_p)
_context_free = function("EVP_CIPHER_CTX_free", None, c_void_p)
_cipher = function("EVP_aes_256_gcm", c_void_p)
_control = function("EVP_CIPHER_CTX_ctrl", c_int, c_void_p, c_int, c_int, c_void_p)
_init = function(
    "EVP_CipherInit_ex", c_int, c_void_p, c_void_p, c_void_p, c_char_p, c_char_p, c_int
)
_update = function("EVP_CipherUpdate", c_int, c_void_p, c_void_p, _out, c_char_p, c_int)
_final = function("EVP_CipherFinal_ex", c_int, c_void_p, c_void_p, _out)


def seal(key: bytes, nonce: bytes, content: bytes, label: bytes) -> bytes:
    """The content encrypted, and its tag, which vouches for `label` too.

    CryptoError for a key or nonce of another length.
    """
    return _run(key, nonce, content, label, None)


def unseal(key: bytes, nonce: bytes, sealed: bytes, label: bytes) -> bytes:
    """The content. CryptoError where key, nonce, label or content is not what was sealed."""
    if len(sealed) < TAG:
        raise CryptoError(say("trop court pour un contenu scellé"))
    return _run(key, nonce, sealed[:-TAG], label, sealed[-TAG:])


def _run(key: bytes, nonce: bytes, data: bytes, label: bytes, tag: bytes | None) -> bytes:
    """Both ways: without a tag it encrypts and adds one, with one it decrypts and checks it."""
    if (len(key), len(nonce)) != (KEY, NONCE):
        raise CryptoError(say("une clé a {key} octets et un nonce {nonce}", key=KEY, nonce=NONCE))
    context = _context()
    try:
        length = c_int()
        out = ctypes.create_string_buffer(len(data) + TAG)
        if _init(context, _cipher(), None, key, nonce, int(tag is None)) != 1:
            raise error(say("AES-256-GCM ne peut pas servir"))
        # No place for output: additional data, vouched for and not encrypted.
        if _update(context, None, byref(length), label, len(label)) != 1:
            raise error(say("l'étiquette ne peut pas être garantie"))
        if _update(context, out, byref(length), data, len(data)) != 1:
            raise error(say("le contenu ne peut pas être chiffré"))
        # Before EVP_CipherFinal, which compares: without it nothing would be checked.
        if tag is not None and _control(context, _SET_TAG, TAG, tag) != 1:
            raise error(say("le sceau ne peut pas être contrôlé"))
        end = ctypes.create_string_buffer(TAG)
        if _final(context, end, byref(length)) != 1:
            raise error(say("le sceau ne tient pas"))
        if tag is None and _control(context, _GET_TAG, TAG, end) != 1:
            raise error(say("le sceau manque"))
        # Only behind the check: no plain text is given out that the tag does not vouch for.
        return out.raw[: len(data)] + (end.raw if tag is None else b"")
    finally:
        _context_free(context)
