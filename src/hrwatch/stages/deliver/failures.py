"""What a mail server's no, or a broken connection, is in words for an operator: with no address, no
login and no password in it."""

import re
import socket
import ssl

import aiosmtplib

from hrwatch import text
from hrwatch.model.settings import Server, Tls

_DETAIL_LIMIT = 200
_ADDRESS = re.compile(r"<?[^\s<>@]{1,200}@[^\s<>@]{1,255}")
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)")  # RFC 3463
_ABOUT_US = re.compile(
    r"\brelay|access denied|not logged in|authenticat|not authori[sz]ed", re.IGNORECASE
)
# At RCPT nothing of the mail is known yet: what is blocked there is who sends. 5.7 is policy.
_POLICY = re.compile(r"\b5\.7\.\d|\bblock(?:ed|list)|blacklist|\breputation", re.IGNORECASE)
_FULL = re.compile(r"\b5\.2\.2\b")  # RFC 3463: there is no room for the mail today
_TEMPORARY = 500  # and below
_DEEPEST = 10  # causes looked at
_CERTIFICATE = {  # OpenSSL's X509_V_ERR_*
    9: "is not valid yet: is the clock right?",
    10: "has expired",
    18: "is self-signed; mail.ca_file can name it",
    19: "comes from an unknown authority; mail.ca_file can name it",
    20: "comes from an unknown authority; mail.ca_file can name it",
    21: "comes from an unknown authority; mail.ca_file can name it",
    62: "is for another name than mail.transport gives",
    64: "is for another address than mail.transport gives",
}
NOTHING_SENT = "(nothing was sent)"


class Stop(Exception):
    """No mail leaves before somebody mends something; the text says what. Never left uncaught."""


def scrubbed(said: str, recipient: str) -> str:
    """Return what a server or program said on one line, with no address in it: logs hold no
    recipients."""
    said = re.sub(re.escape(recipient), "[address]", said, flags=re.IGNORECASE)
    said = _ADDRESS.sub("[address]", said)
    for part in filter(None, recipient.split("@")):  # the domain may be one person's, too
        said = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "[address]", said, flags=re.IGNORECASE)
    return text.clean_line(said, _DETAIL_LIMIT)


def of_connection(error: Exception, server: Server) -> Stop | None:
    """Given why no connection was made, return it as what somebody has to mend, or None where it
    may pass by itself."""
    for cause in _chain(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            known = _CERTIFICATE.get(cause.verify_code)
            told = known or f"was not accepted ({text.clean_line(cause.verify_message, 80)})"
            return Stop(f"the mail server's certificate {told} {NOTHING_SENT}")
        if isinstance(cause, ssl.SSLError) and cause.reason == "WRONG_VERSION_NUMBER":
            hint = "; try smtp+starttls://" if server.tls is Tls.ALWAYS else ""
            return Stop(f"the mail server speaks no TLS on this port{hint} {NOTHING_SENT}")
    return None


def of_login(error: aiosmtplib.SMTPResponseException) -> Stop:
    """Given a refused login, say so with its codes alone: the server's words may repeat ours."""
    found = _ENHANCED.match(error.message)
    codes = f"({error.code} {found[0]})" if found else f"({error.code})"
    if error.code < _TEMPORARY:
        return Stop(f"the mail server cannot check our password just now {codes}")
    return Stop(f"the mail server refuses our password {codes}")


def plain_words(error: Exception, server: Server) -> str:
    """Given why the connection failed or broke, return it in a short phrase."""
    for cause in _chain(error):
        if isinstance(cause, socket.gaierror):
            return "the name of the mail server does not resolve"
        if isinstance(cause, ssl.SSLError):
            return f"TLS failed ({cause.reason or 'no reason given'})"
        if isinstance(cause, aiosmtplib.SMTPConnectTimeoutError) and "ready" in str(cause):
            hint = "; does this port want smtps://?" if server.tls is Tls.UPGRADED else ""
            return f"Timed out waiting for the server's greeting{hint}"
    if isinstance(error, TimeoutError) and not str(error):
        return "Timed out: the server takes too long over every step"
    return str(error) or type(error).__name__


def about_us(said: str) -> bool:
    """Say whether a server's no is about who we are to it (no login, no relay for us, a sender's
    domain without its records): that is the operator's to mend, and says nothing of the recipient.
    """
    return bool(_ABOUT_US.search(said))


def of_policy(said: str) -> bool:
    """Say whether a server's no to a recipient rests on its policy (a blocklist with our address,
    RFC 3463's 5.7): everybody there may get it, and it may be lifted."""
    return bool(_POLICY.search(said))


def is_full(said: str) -> bool:
    """Say whether a recipient's mailbox has no room, however finally the server puts it."""
    return bool(_FULL.search(said))


def _chain(error: BaseException | None) -> list[BaseException]:
    """Return an error and what caused it, bounded, so that circles end."""
    found: list[BaseException] = []
    while error is not None and len(found) < _DEEPEST:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
