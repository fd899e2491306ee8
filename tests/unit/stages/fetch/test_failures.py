"""Errors of the network in plain words."""

import errno
import socket
import ssl

import httpcore
import pytest

from hrwatch.errors import NameUnknown, TlsFailed, Unreachable
from hrwatch.stages.fetch.failures import kind, plain_words


def caused(outer: BaseException, inner: BaseException) -> BaseException:
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), "the name does not resolve"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "the name could not be looked up just now"),
        (
            caused(httpcore.ConnectError("x"), ConnectionRefusedError(errno.ECONNREFUSED, "x")),
            "the connection was refused",
        ),
        (
            caused(OSError("all failed"), ExceptionGroup("x", [ConnectionRefusedError()])),
            "the connection was refused",
        ),
        (httpcore.ConnectError(ConnectionResetError()), "the connection was reset by the server"),
        (
            httpcore.ConnectError(OSError(errno.EHOSTUNREACH, "No route to host")),
            "the network failed (No route to host)",
        ),
        (
            OSError(errno.ENETUNREACH, "Network is unreachable"),
            "the network failed (Network is unreachable)",
        ),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] x"), "TLS failed"),
        (UnicodeError("label too long"), "the host name cannot be looked up"),
        (httpcore.ReadError(), "the connection broke while the answer was read"),
        (
            httpcore.RemoteProtocolError("illegal status line: bytearray(b'hi')"),
            "the server does not answer with HTTP",
        ),
        (httpcore.RemoteProtocolError("something new"), "the server does not speak proper HTTP"),
        (OverflowError("x"), "the network failed (OverflowError)"),
    ],
)
def test_plain_words_of_an_error_say_what_happened(error: BaseException, words: str) -> None:
    assert plain_words(error).startswith(words)


def test_plain_words_of_errors_that_cause_each_other_end() -> None:
    first, second = OSError(), OSError()
    first.__cause__, second.__cause__ = second, first
    assert plain_words(first)


def test_plain_words_of_a_certificate_name_the_reason() -> None:
    error = ssl.SSLCertVerificationError(1, "x")
    error.verify_code, error.verify_message = 10, "certificate has expired"
    assert plain_words(error) == "the TLS certificate has expired"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), NameUnknown),
        (caused(httpcore.ConnectError("x"), socket.gaierror(socket.EAI_NONAME, "x")), NameUnknown),
        (UnicodeError("label too long"), NameUnknown),
        (socket.gaierror(socket.EAI_AGAIN, "x"), Unreachable),
        (ssl.SSLCertVerificationError(1, "x"), TlsFailed),
        (caused(httpcore.ConnectError("x"), ssl.SSLError(1, "x")), TlsFailed),
        (ssl.SSLEOFError(8, "x"), Unreachable),
        (httpcore.ConnectError(ConnectionRefusedError()), Unreachable),
        (httpcore.ReadTimeout(), Unreachable),
    ],
)
def test_kind_of_an_error_tells_what_somebody_has_to_mend(
    error: BaseException, told: type[Unreachable]
) -> None:
    assert kind(error) is told
