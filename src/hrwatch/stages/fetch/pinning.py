"""The one certificate that a host may show, where the operator pinned it: compared after the
handshake and before anything is asked, in place of the usual authorities."""

import hashlib
import hmac
import ssl

from hrwatch.errors import TlsFailed


class Pin:
    """A host and the SHA-256 of its certificate."""

    def __init__(self, host: str, sha256: str) -> None:
        """Given the host as it stands in an address, and 64 hexadecimal digits."""
        self.host = host
        self._sha256 = sha256.lower()
        # Authorities, names and dates are not asked here: `check` compares the certificate itself,
        # and whoever has its key is who was meant.
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE
        self.context.set_alpn_protocols(["http/1.1"])

    def check(self, connection: ssl.SSLObject | ssl.SSLSocket | None) -> None:
        """Given a connection after its handshake, raise TlsFailed where another certificate was
        shown, or none."""
        shown = certificate(connection)
        if not shown:
            raise TlsFailed("the server shows no TLS certificate to compare with tls_sha256")
        seen = hashlib.sha256(shown).hexdigest()
        if not hmac.compare_digest(seen, self._sha256):
            raise TlsFailed(
                "the TLS certificate is not the one that tls_sha256 pins; its SHA-256 is "
                f"{with_colons(seen)}. Somebody may sit in between: write that one only if the "
                "site's owner confirms it"
            )


def certificate(connection: ssl.SSLObject | ssl.SSLSocket | None) -> bytes | None:
    """Return the certificate (DER) that was shown in the handshake; None without one."""
    return connection.getpeercert(binary_form=True) if connection else None


def with_colons(digits: str) -> str:
    """Return a fingerprint as people write it: AB:CD:…"""
    pairs = (digits[at : at + 2] for at in range(0, len(digits), 2))
    return ":".join(pairs).upper()
