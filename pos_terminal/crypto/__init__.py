"""Signatures and sealing by the system's libcrypto (OpenSSL 3), which Python uses as well."""
