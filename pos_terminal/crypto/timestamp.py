"""Time stamps of a stranger's: RFC 3161, by the system's libcrypto.

By man pages TS_RESP_CTX, TS_VERIFY_CTX, CMS_verify, d2i_X509 and X509_VERIFY_PARAM_set_flags of
OpenSSL 3. What is stamped is looked at by its time stamp routines, the signature by its CMS: the
former know PKCS #7, in which there is no RSA-PSS.
"""

import ctypes
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_ulong, c_void_p
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from pos_terminal.crypto.library import CryptoError, error, function
from pos_terminal.domain.language import say

_VERSION, _DATA = 1 << 1, 1 << 4
"""TS_VFY_VERSION and TS_VFY_DATA (ts.h)."""

_BINARY, _CADES = 0x80, 0x100000
"""CMS_BINARY, and CMS_CADES: the certificate is the one that the signature names (cms.h)."""

_PARTIAL_CHAIN = 0x80000
"""X509_V_FLAG_PARTIAL_CHAIN: whoever is named is trusted, a root or not (x509_vfy.h)."""

_STAMPING = 9
"""X509_PURPOSE_TIMESTAMP_SIGN: RFC 3161, 2.3 (x509v3.h)."""

_DIGESTS = (672, 673, 674)
"""NID_sha256, NID_sha384 and NID_sha512 (obj_mac.h): what an archive's verifier takes, too."""

_SHA256 = bytes.fromhex("300d06096086480165030402010500")
"""The DER of the algorithm SHA-256 with its empty parameters (RFC 5754, 2)."""

_text = POINTER(c_char_p)
_response_read = function("d2i_TS_RESP", c_void_p, c_void_p, _text, c_long)
_response_free = function("TS_RESP_free", None, c_void_p)
_response_token = function("TS_RESP_get_token", c_void_p, c_void_p)
_token_read = function("d2i_PKCS7", c_void_p, c_void_p, _text, c_long)
_token_write = function("i2d_PKCS7", c_int, c_void_p, _text)
_token_free = function("PKCS7_free", None, c_void_p)
_info = function("PKCS7_to_TS_TST_INFO", c_void_p, c_void_p)
_info_free = function("TS_TST_INFO_free", None, c_void_p)
_info_time = function("TS_TST_INFO_get_time", c_void_p, c_void_p)
_time_parts = function("ASN1_TIME_to_tm", c_int, c_void_p, c_void_p)
_check = function("TS_VERIFY_CTX_new", c_void_p)
_check_free = function("TS_VERIFY_CTX_free", None, c_void_p)
_check_flags = function("TS_VERIFY_CTX_set_flags", c_int, c_void_p, c_int)
_check_data = function("TS_VERIFY_CTX_set_data", c_void_p, c_void_p, c_void_p)
_verify = function("TS_RESP_verify_token", c_int, c_void_p, c_void_p)
_signed_read = function("d2i_CMS_ContentInfo", c_void_p, c_void_p, _text, c_long)
_signed_free = function("CMS_ContentInfo_free", None, c_void_p)
_signed_verify = function(
    "CMS_verify", c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p, c_int
)
_signers = function("CMS_get0_SignerInfos", c_void_p, c_void_p)
_signer_algorithms = function(
    "CMS_SignerInfo_get0_algs", None, c_void_p, c_void_p, c_void_p, POINTER(c_void_p), c_void_p
)
_stack_first = function("OPENSSL_sk_value", c_void_p, c_void_p, c_int)
_algorithm = function("X509_ALGOR_get0", None, POINTER(c_void_p), c_void_p, c_void_p, c_void_p)
_object_number = function("OBJ_obj2nid", c_int, c_void_p)
_store = function("X509_STORE_new", c_void_p)
_store_free = function("X509_STORE_free", None, c_void_p)
_store_add = function("X509_STORE_add_cert", c_int, c_void_p, c_void_p)
_store_rules = function("X509_STORE_get0_param", c_void_p, c_void_p)
_rules_time = function("X509_VERIFY_PARAM_set_time", None, c_void_p, c_long)
_rules_flags = function("X509_VERIFY_PARAM_set_flags", c_int, c_void_p, c_ulong)
_rules_purpose = function("X509_VERIFY_PARAM_set_purpose", c_int, c_void_p, c_int)
_certificate = function("PEM_read_bio_X509", c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
_certificate_free = function("X509_free", None, c_void_p)
_buffer = function("BIO_new_mem_buf", c_void_p, c_char_p, c_int)
_buffer_free = function("BIO_free", c_int, c_void_p)

_TM = c_int * 16
"""A struct tm, and room to spare: seconds to year are its first six (time.h)."""


def request(data: bytes) -> bytes:
    """The question for a stamp of these bytes (RFC 3161, 2.4.1), with the signer's certificate.

    Without a nonce: what it would tell apart are two answers to one question, and either will do.
    """
    imprint = _SHA256 + b"\x04\x20" + sha256(data).digest()
    inner = b"\x02\x01\x01" + b"\x30" + bytes([len(imprint)]) + imprint + b"\x01\x01\xff"
    return b"\x30" + bytes([len(inner)]) + inner


def token(response: bytes) -> bytes:
    """The time stamp in an answer; CryptoError where it was refused, or is none."""
    place = c_char_p(response)
    read = _response_read(None, byref(place), len(response))
    if not read:
        raise error(say("pas une réponse à une demande d'horodatage"))
    try:
        found = _response_token(read)
        if not found:
            raise CryptoError(say("l'horodatage a été refusé"))
        length = _token_write(found, None)
        out = ctypes.create_string_buffer(max(length, 0))
        to = c_char_p(ctypes.addressof(out))
        if _token_write(found, byref(to)) <= 0:
            raise error(say("l'horodatage ne peut pas être écrit"))
        return out.raw
    finally:
        _response_free(read)


def time_of(stamp: bytes, data: bytes, authorities: bytes = b"") -> datetime:
    """When these bytes were stamped; CryptoError where the stamp is not of them.

    With `authorities`, certificates in PEM, it must lead to one of them, as of its own time: a
    certificate that has ended since was right then. Without, who signed it is not looked at.
    """
    place = c_char_p(stamp)
    read = _token_read(None, byref(place), len(stamp))
    if not read:
        raise error(say("pas un horodatage"))
    try:
        at = _time(read)
        check = _check()
        try:
            _check_flags(check, _VERSION | _DATA)
            # It is the check's own from here on, and freed with it.
            _check_data(check, _buffer(data, len(data)))
            if _verify(check, read) != 1:
                raise error(say("l'horodatage ne tient pas"))
        finally:
            _check_free(check)
        _must_be_signed(stamp, authorities, at)
        return at
    finally:
        _token_free(read)


def _time(read: int) -> datetime:
    info = _info(read)
    if not info:
        raise error(say("pas un horodatage"))
    try:
        parts = _TM()
        if _time_parts(_info_time(info), parts) != 1:
            raise error(say("l'horodatage n'a pas d'heure"))
        second, minute, hour, day, month, year = parts[:6]
        # A leap second is 60, which no datetime has.
        whole = datetime(year + 1900, month + 1, day, hour, minute, tzinfo=UTC)
        return whole + timedelta(seconds=second)
    finally:
        _info_free(info)


def _must_be_signed(stamp: bytes, authorities: bytes, at: datetime) -> None:
    place = c_char_p(stamp)
    signed = _signed_read(None, byref(place), len(stamp))
    if not signed:
        raise error(say("pas un horodatage"))
    try:
        _must_be_of_sha2(signed)
        if authorities:
            store = _trusted(authorities, at)
            try:
                if _signed_verify(signed, None, store, None, None, _BINARY | _CADES) != 1:
                    raise error(say("la signature de l'horodatage ne tient pas"))
            finally:
                _store_free(store)
    finally:
        _signed_free(signed)


def _must_be_of_sha2(signed: int) -> None:
    signer = _stack_first(_signers(signed), 0)
    if not signer:
        raise error(say("personne n'a signé l'horodatage"))
    digest, name = c_void_p(), c_void_p()
    _signer_algorithms(signer, None, None, byref(digest), None)
    _algorithm(byref(name), None, None, digest)
    if _object_number(name) not in _DIGESTS:
        raise CryptoError(say("l'horodatage est signé sur une empreinte qui n'est pas SHA-2"))


def _trusted(pem: bytes, at: datetime) -> int:
    store: int = _store()
    rules = _store_rules(store)
    _rules_time(rules, int(at.timestamp()))
    _rules_flags(rules, _PARTIAL_CHAIN)
    _rules_purpose(rules, _STAMPING)
    buffer = _buffer(pem, len(pem))
    count = 0
    while found := _certificate(buffer, None, None, None):
        _store_add(store, found)
        _certificate_free(found)
        count += 1
    _buffer_free(buffer)
    if not count:
        _store_free(store)
        raise error(say("aucun certificat dans le fichier des autorités"))
    error("")  # that the file ended is no error of the next caller's
    return store
