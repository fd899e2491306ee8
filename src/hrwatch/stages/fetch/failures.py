"""What went wrong on the network, in words for an operator who knows no Python."""

import socket
import ssl

import httpcore

from hrwatch.errors import NameUnknown, TlsFailed, Unreachable

_LONGEST = 120
_DEEPEST = 20  # causes looked at
_CERTIFICATE = {  # OpenSSL's X509_V_ERR_*
    9: "the TLS certificate is not valid yet",
    10: "the TLS certificate has expired",
    18: "the TLS certificate is self-signed; fetch.ca_file adds an authority",
    19: "the TLS certificate's authority is not known; fetch.ca_file adds one",
    20: "the TLS certificate's authority is not known; fetch.ca_file adds one",
    21: "the TLS certificate's authority is not known; fetch.ca_file adds one",
    23: "the TLS certificate has been revoked",
    62: "the TLS certificate is for another name",
    64: "the TLS certificate is for another address",
}
# Under TLS, but no fault of it.
_CLOSED = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
_WORDS: tuple[tuple[type[BaseException], str], ...] = (  # the most telling first
    (ssl.SSLEOFError, "the connection was closed during the TLS handshake"),
    (ssl.SSLZeroReturnError, "the connection was closed under TLS"),
    (ConnectionRefusedError, "the connection was refused"),
    (ConnectionResetError, "the connection was reset by the server"),
    (BrokenPipeError, "the connection was closed by the server"),
    (ConnectionAbortedError, "the connection was broken off"),
    (TimeoutError, "the server did not answer the connection"),
    (UnicodeError, "the host name cannot be looked up"),
)
_LESS_TELLING: tuple[tuple[type[BaseException], str], ...] = (
    (httpcore.TimeoutException, "the server did not answer in time"),
    (httpcore.RemoteProtocolError, "the server does not speak proper HTTP"),
    (httpcore.LocalProtocolError, "the request cannot be put into HTTP"),
    (httpcore.ReadError, "the connection broke while the answer was read"),
    (httpcore.WriteError, "the connection broke while the request was sent"),
    (httpcore.ConnectError, "no connection could be made"),
)
_PROTOCOL = (  # h11's and httpcore's words, and ours
    ("without sending a response", "the server closed the connection without an answer"),
    ("without sending complete", "the connection was closed before the answer was complete"),
    ("incomplete chunked", "the connection was closed before the answer was complete"),
    ("too long", "the server's headers have no end"),
    ("illegal header", "the server's headers cannot be read"),
    ("illegal status line", "the server does not answer with HTTP"),
)
NETWORK_ERRORS = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    OSError,  # ssl.SSLError among them
    UnicodeError,
)


def plain_words(error: BaseException) -> str:
    """Given an error of the network or a library, return what happened, in one short phrase."""
    chain = tuple(_chain(error))
    for cause in chain:
        told = _certificate(cause) or _protocol(cause) or _name(cause)
        if told:
            return told
    return (
        _known(chain, _WORDS)
        or next((told for cause in chain if (told := _system(cause))), None)
        or _known(chain, _LESS_TELLING)
        or f"the network failed ({type(error).__name__})"
    )


def kind(error: BaseException) -> type[Unreachable]:
    """Given an error of the network or a library, return which of ours it is."""
    chain = tuple(_chain(error))
    if any(isinstance(c, UnicodeError) or _is_unknown(c) for c in chain):
        return NameUnknown
    if any(isinstance(c, ssl.SSLError) and not isinstance(c, _CLOSED) for c in chain):
        return TlsFailed
    return Unreachable


def _is_unknown(cause: BaseException) -> bool:
    return isinstance(cause, socket.gaierror) and cause.errno != socket.EAI_AGAIN


def _known(
    chain: tuple[BaseException, ...], table: tuple[tuple[type[BaseException], str], ...]
) -> str | None:
    for kind, words in table:
        if any(isinstance(cause, kind) for cause in chain):
            return words
    return None


def _chain(error: BaseException) -> list[BaseException]:
    """Return the error and what caused it, the cause first; bounded, circles cut."""
    found: list[BaseException] = []
    left: list[BaseException] = [error]
    while left and len(found) < _DEEPEST:
        current = left.pop()
        if any(current is seen for seen in found):
            continue
        found.append(current)
        below = [current.__cause__, current.__context__, *current.args]
        if isinstance(current, BaseExceptionGroup):
            below += current.exceptions
        left += [cause for cause in below if isinstance(cause, BaseException)]
    return found[::-1]


def _certificate(cause: BaseException) -> str | None:
    if not isinstance(cause, ssl.SSLCertVerificationError):
        return None
    known = _CERTIFICATE.get(getattr(cause, "verify_code", 0))
    said = _clipped(getattr(cause, "verify_message", "no reason given"))
    return known or f"the TLS certificate was not accepted ({said})"


def _protocol(cause: BaseException) -> str | None:
    if not isinstance(cause, httpcore.RemoteProtocolError):
        return None
    said = str(cause).lower()
    return next((words for part, words in _PROTOCOL if part in said), None)


def _name(cause: BaseException) -> str | None:
    if not isinstance(cause, socket.gaierror):
        return None
    if cause.errno == socket.EAI_AGAIN:
        return "the name could not be looked up just now"
    return "the name does not resolve"


def _system(cause: BaseException) -> str | None:
    if isinstance(cause, ssl.SSLError):
        # `reason` is only there when OpenSSL raised it
        return f"TLS failed ({_clipped(getattr(cause, 'reason', None) or 'no reason given')})"
    if isinstance(cause, OSError) and cause.strerror:
        return f"the network failed ({_clipped(cause.strerror)})"
    return None


def _clipped(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
