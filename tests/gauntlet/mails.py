"""What the mails hold, looked at by us: beside the shared scorer, which takes a word in the address
of a link for live markup, and a page's text under another entry for a second telling."""

import email
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from email import policy
from email.message import EmailMessage
from html.parser import HTMLParser

from gauntlet.opponents import Mailbox

# A story's heading in the text part, where it is told whole or in the list of further ones.
_HEADING = re.compile(r"^\[\d+\] (?:\S+ \([^)\n]*\):\s+)?(GX-[a-z0-9_]+-\d+)\b", re.M)
_WEB = ("http://", "https://")


class _Live(HTMLParser):
    """Collects what a mail reader would act on: all markup, or all but the addresses of links."""

    def __init__(self, *, links: bool) -> None:
        super().__init__()
        self.links = links
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag with its attributes."""
        kept = [
            f" {name}={value or ''}"
            for name, value in attrs
            if self.links or not (tag == "a" and name == "href" and _is_web(value))
        ]
        self.found.append(f"<{tag}{''.join(kept)}>")


def told_twice(mailbox: Mailbox) -> Counter[tuple[str, str]]:
    """Return recipient and token of each story that heads two different mails, or more."""
    mails = defaultdict(set)
    for accepted, mail in _mails(mailbox):
        for token in set(_HEADING.findall(_part(mail, "plain"))):
            mails[accepted["rcpt"][0], token].add(accepted["message_id"])
    return Counter({key: len(ids) for key, ids in mails.items() if len(ids) > 1})


def only_shown_again(mailbox: Mailbox) -> set[tuple[str, str]]:
    """Return recipient and token that two mails hold, but at most one as a story's heading."""
    mails = defaultdict(set)
    for accepted in mailbox.accepted():
        for token in accepted["tokens"]:
            mails[accepted["rcpt"][0], token].add(accepted["message_id"])
    return {key for key, ids in mails.items() if len(ids) > 1} - set(told_twice(mailbox))


def live(mailbox: Mailbox, never: Collection[str]) -> tuple[int, int]:
    """Return how many of the strings that may `never` be live are so, over all mails: in markup,
    and in nothing but the address of an http(s) link."""
    harmful = in_links = 0
    for _, mail in _mails(mailbox):
        html = _part(mail, "html")
        everything, but_links = (_markup(html, links=links) for links in (True, False))
        harmful += sum(one in but_links for one in never)
        in_links += sum(one in everything and one not in but_links for one in never)
    return harmful, in_links


def _mails(mailbox: Mailbox) -> Iterator[tuple[dict[str, object], EmailMessage]]:
    for accepted in mailbox.accepted():
        raw = (mailbox.out / "raw" / f"{accepted['n']}.eml").read_bytes()
        yield accepted, email.message_from_bytes(raw, policy=policy.default)


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    return str(body.get_content()).replace("\r\n", "\n") if body else ""


def _markup(html: str, *, links: bool) -> str:
    parser = _Live(links=links)
    parser.feed(html)
    parser.close()
    return "".join(parser.found)


def _is_web(value: str | None) -> bool:
    return (value or "").lower().startswith(_WEB)
