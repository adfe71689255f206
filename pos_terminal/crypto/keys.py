"""Keys that sign: ECDSA over P-256 (records) and Ed25519 (checkpoints); and X25519, for a secret.

By man pages EVP_PKEY_sign, EVP_PKEY_verify, EVP_PKEY_derive, EVP_DigestSign, EVP_PKEY_keygen,
d2i_PUBKEY and PEM_read_bio_PrivateKey of OpenSSL 3. A key serves one thread at a time; others run
while it works.
"""

import ctypes
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_void_p
from typing import Any, Self

from pos_terminal.crypto.library import CryptoError, error, function
from pos_terminal.domain.language import say

ED25519_NID, X25519_NID = 1087, 1034
"""Object identifiers 1.3.101.112 and 1.3.101.110 in OpenSSL's table (obj_mac.h)."""

SIGNATURE = 72
"""Bytes of the longest signature: a DER sequence of two 33-byte integers; Ed25519 has 64."""

RAW = 32
"""Bytes of a raw Ed25519 or X25519 key, private or public (RFC 8032, 7748), and of a secret."""

_text = POINTER(c_char_p)
_length = POINTER(c_size_t)
_key_free = function("EVP_PKEY_free", None, c_void_p)
_key_is_a = function("EVP_PKEY_is_a", c_int, c_void_p, c_char_p)
_key_string = function(
    "EVP_PKEY_get_utf8_string_param", c_int, c_void_p, c_char_p, c_char_p, c_size_t, _length
)
_context = function("EVP_PKEY_CTX_new", c_void_p, c_void_p, c_void_p)
_context_for = function("EVP_PKEY_CTX_new_from_name", c_void_p, c_void_p, c_char_p, c_void_p)
_context_free = function("EVP_PKEY_CTX_free", None, c_void_p)
_generate_init = function("EVP_PKEY_keygen_init", c_int, c_void_p)
_set_group = function("EVP_PKEY_CTX_set_group_name", c_int, c_void_p, c_char_p)
_generate = function("EVP_PKEY_generate", c_int, c_void_p, POINTER(c_void_p))
_sign_init = function("EVP_PKEY_sign_init", c_int, c_void_p)
_sign = function("EVP_PKEY_sign", c_int, c_void_p, c_char_p, _length, c_char_p, c_size_t)
_verify_init = function("EVP_PKEY_verify_init", c_int, c_void_p)
_verify = function("EVP_PKEY_verify", c_int, c_void_p, c_char_p, c_size_t, c_char_p, c_size_t)
_digest = function("EVP_MD_CTX_new", c_void_p)
_digest_free = function("EVP_MD_CTX_free", None, c_void_p)
_digest_sign_init = function("EVP_DigestSignInit", c_int, *[c_void_p] * 5)
_digest_sign = function("EVP_DigestSign", c_int, c_void_p, c_char_p, _length, c_char_p, c_size_t)
_digest_verify_init = function("EVP_DigestVerifyInit", c_int, *[c_void_p] * 5)
_digest_verify = function(
    "EVP_DigestVerify", c_int, c_void_p, c_char_p, c_size_t, c_char_p, c_size_t
)
_buffer = function("BIO_new_mem_buf", c_void_p, c_char_p, c_int)
_buffer_free = function("BIO_free", c_int, c_void_p)
_memory = function("BIO_s_mem", c_void_p)
_buffer_of = function("BIO_new", c_void_p, c_void_p)
_buffer_read = function("BIO_read", c_int, c_void_p, c_char_p, c_int)
_pem_read = function("PEM_read_bio_PrivateKey", c_void_p, c_void_p, c_void_p, c_void_p, c_char_p)
_pem_write = function(
    "PEM_write_bio_PKCS8PrivateKey", c_int, c_void_p, c_void_p, c_void_p, c_char_p, c_int,
    c_void_p, c_void_p,
)  # fmt: skip
_der_read = function("d2i_PUBKEY", c_void_p, c_void_p, _text, ctypes.c_long)
_der_write = function("i2d_PUBKEY", c_int, c_void_p, _text)
_raw_private = function(
    "EVP_PKEY_new_raw_private_key", c_void_p, c_int, c_void_p, c_char_p, c_size_t
)
_raw_public = function("EVP_PKEY_new_raw_public_key", c_void_p, c_int, c_void_p, c_char_p, c_size_t)
_raw_private_of = function("EVP_PKEY_get_raw_private_key", c_int, c_void_p, c_char_p, _length)
_raw_public_of = function("EVP_PKEY_get_raw_public_key", c_int, c_void_p, c_char_p, _length)
_derive_init = function("EVP_PKEY_derive_init", c_int, c_void_p)
_derive_with = function("EVP_PKEY_derive_set_peer", c_int, c_void_p, c_void_p)
_derive = function("EVP_PKEY_derive", c_int, c_void_p, c_char_p, _length)

_PEM = 4096
"""Bytes that a private key's PEM fits into many times."""


class _Key:
    """An EVP_PKEY, freed with this object."""

    kind = b""
    group = b""

    def __init__(self, pointer: int | None) -> None:
        self._pointer = pointer
        if not pointer:
            raise error(say("pas de clé"))
        if not _key_is_a(pointer, self.kind) or self._group() != self.group:
            raise CryptoError(say("la clé n'est pas du type {kind}", kind=type(self).__name__))

    def __del__(self) -> None:
        _key_free(self._pointer)

    def _group(self) -> bytes:
        if not self.group:
            return b""
        name = ctypes.create_string_buffer(64)
        _key_string(self._pointer, b"group", name, len(name), None)
        return name.value

    @property
    def public(self) -> bytes:
        """The public key, DER SubjectPublicKeyInfo."""
        length = _der_write(self._pointer, None)
        out = ctypes.create_string_buffer(max(length, 0))
        place = c_char_p(ctypes.addressof(out))
        if _der_write(self._pointer, byref(place)) <= 0:
            raise error(say("la clé publique ne peut pas être écrite"))
        return out.raw

    @property
    def pem(self) -> bytes:
        """The private key, PKCS #8, not encrypted."""
        memory = _buffer_of(_memory())
        try:
            if _pem_write(memory, self._pointer, None, None, 0, None, None) != 1:
                raise error(say("la clé privée ne peut pas être écrite"))
            out = ctypes.create_string_buffer(_PEM)
            length = _buffer_read(memory, out, _PEM)
            return out.raw[:length]
        finally:
            _buffer_free(memory)

    @classmethod
    def _made(cls) -> int:
        context = _context_for(None, cls.kind, None)
        try:
            made = c_void_p()
            if _generate_init(context) != 1 or (cls.group and _set_group(context, cls.group) != 1):
                raise error(say("aucune clé ne peut être faite"))
            if _generate(context, byref(made)) != 1 or not made.value:
                raise error(say("aucune clé n'a été faite"))
            return made.value
        finally:
            _context_free(context)


def _from_pem(pem: bytes) -> int | None:
    """Without a password: an encrypted key is refused, and nobody is asked for one."""
    memory = _buffer(pem, len(pem))
    try:
        pointer: int | None = _pem_read(memory, None, None, b"")
        return pointer
    finally:
        _buffer_free(memory)


def _from_der(der: bytes) -> int | None:
    place = c_char_p(der)
    pointer: int | None = _der_read(None, byref(place), len(der))
    return pointer


class P256(_Key):
    """An ECDSA key over NIST P-256. What it signs and verifies are SHA-256 digests of 32 bytes."""

    kind = b"EC"
    group = b"prime256v1"

    def __init__(self, pointer: int | None) -> None:
        self._context: int | None = None
        self._begun: Any = None
        super().__init__(pointer)

    def __del__(self) -> None:
        _context_free(self._context)
        super().__del__()

    @classmethod
    def generate(cls) -> "P256":
        """A new key."""
        return cls(cls._made())

    @classmethod
    def from_pem(cls, pem: bytes) -> "P256":
        """A private key, PKCS #8. CryptoError where it is none of this kind."""
        return cls(_from_pem(pem))

    @classmethod
    def from_der(cls, der: bytes) -> "P256":
        """A public key. CryptoError where it is none of this kind."""
        return cls(_from_der(der))

    def sign(self, digest: bytes) -> bytes:
        """The signature, DER. CryptoError for a public key."""
        context = self._ready(_sign_init)
        out, length = ctypes.create_string_buffer(SIGNATURE), c_size_t(SIGNATURE)
        if _sign(context, out, byref(length), digest, len(digest)) != 1:
            raise error(say("la clé ne signe pas"))
        return out.raw[: length.value]

    def verifies(self, signature: bytes, digest: bytes) -> bool:
        """Whether this key signed the digest."""
        context = self._ready(_verify_init)
        right: bool = _verify(context, signature, len(signature), digest, len(digest)) == 1
        if not right:
            error("")  # what is wrong with it is not the next caller's error
        return right

    def _ready(self, init: Any) -> int | None:
        if self._context is None:
            self._context = _context(self._pointer, None)
        if self._begun is not init and init(self._context) != 1:
            raise error(say("la clé ne peut pas servir"))
        self._begun = init
        return self._context


class _RawKey(_Key):
    """A key whose two halves are 32 bytes each."""

    nid = 0

    @classmethod
    def generate(cls) -> Self:
        """A new key."""
        return cls(cls._made())

    @classmethod
    def from_raw(cls, raw: bytes) -> Self:
        """A private key of 32 bytes. CryptoError where it is none."""
        return cls(_raw_private(cls.nid, None, raw, len(raw)))

    @classmethod
    def from_raw_public(cls, raw: bytes) -> Self:
        """A public key of 32 bytes. CryptoError where it is none."""
        return cls(_raw_public(cls.nid, None, raw, len(raw)))

    @property
    def raw(self) -> bytes:
        """The private key's 32 bytes."""
        return self._raw(_raw_private_of)

    @property
    def raw_public(self) -> bytes:
        """The public key's 32 bytes."""
        return self._raw(_raw_public_of)

    def _raw(self, read: Any) -> bytes:
        out, length = ctypes.create_string_buffer(RAW), c_size_t(RAW)
        if read(self._pointer, out, byref(length)) != 1:
            raise error(say("la clé ne peut pas être écrite"))
        return out.raw[: length.value]


class X25519(_RawKey):
    """A key for Diffie-Hellman (RFC 7748): two of them share what nobody else can know."""

    kind = b"X25519"
    nid = X25519_NID

    def shared(self, other: "X25519") -> bytes:
        """The 32 bytes that this private key shares with the other's. CryptoError for none."""
        context = _context(self._pointer, None)
        try:
            out, length = ctypes.create_string_buffer(RAW), c_size_t(RAW)
            if _derive_init(context) != 1 or _derive_with(context, other._pointer) != 1:
                raise error(say("la clé ne peut pas servir"))
            if _derive(context, out, byref(length)) != 1:  # a point of small order shares nothing
                raise error(say("la clé ne peut pas servir"))
            return out.raw[: length.value]
        finally:
            _context_free(context)


class Ed25519(_RawKey):
    """An Ed25519 key (RFC 8032). What it signs and verifies are whole messages."""

    kind = b"ED25519"
    nid = ED25519_NID

    @classmethod
    def from_pem(cls, pem: bytes) -> "Ed25519":
        """A private key, PKCS #8. CryptoError where it is none of this kind."""
        return cls(_from_pem(pem))

    @classmethod
    def from_der(cls, der: bytes) -> "Ed25519":
        """A public key. CryptoError where it is none of this kind."""
        return cls(_from_der(der))

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes. CryptoError for a public key."""
        context = _digest()
        try:
            out, length = ctypes.create_string_buffer(SIGNATURE), c_size_t(SIGNATURE)
            begun = _digest_sign_init(context, None, None, None, self._pointer) == 1
            if not begun or _digest_sign(context, out, byref(length), message, len(message)) != 1:
                raise error(say("la clé ne signe pas"))
            return out.raw[: length.value]
        finally:
            _digest_free(context)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether this key signed the message."""
        context = _digest()
        try:
            if _digest_verify_init(context, None, None, None, self._pointer) != 1:
                raise error(say("la clé ne peut pas servir"))
            size = len(signature)
            right: bool = _digest_verify(context, signature, size, message, len(message)) == 1
            if not right:
                error("")
            return right
        finally:
            _digest_free(context)
