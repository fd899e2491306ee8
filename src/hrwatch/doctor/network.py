"""The doctor on what lies outside: names, certificates, the way out for mail."""

import asyncio
import ipaddress
import os
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from hrwatch import transports, urls
from hrwatch.doctor.findings import Finding, fine, trouble, warning
from hrwatch.doctor.storage import remedy_for, unwritable
from hrwatch.errors import DeliverError, FetchError, SecretError
from hrwatch.model.feeds import Feed
from hrwatch.model.settings import FetchSettings, Folder, MailSettings, Program, Server
from hrwatch.secrets import Secret
from hrwatch.stages.deliver import probe as deliver_probe
from hrwatch.stages.fetch import probe as fetch_probe
from hrwatch.stages.fetch.probe import Authorities

# One site that moved away must not pass for a resolver that does not work.
NAMES = 3
# Of what is trusted, this part may have run out before the list counts as old.
OLD_LIST = 0.1


def names(feeds: Sequence[Feed], settings: FetchSettings) -> Finding:
    """Look up the host of a feed, of at most three where the first is not found."""
    if settings.loopback_only:
        return fine("none is looked up while fetch.contact is the shipped example")
    if settings.proxy is not None:
        return fine(f"none is looked up here: {settings.proxy} does it")
    asked = _of_many_sites([feed for feed in feeds if feed.route.proxy is None])
    if not asked:
        return fine("no feed has a name to look up")
    told = []
    for feed in asked:
        try:
            found = asyncio.run(fetch_probe.addresses(feed.address, settings))
        except FetchError as error:
            told.append(f"{feed.name}: {error}")
        else:
            return fine(f"{urlsplit(feed.address).hostname} is {found[0]}")
    return trouble(
        "; ".join(told), "see /etc/resolv.conf, the network, and what else the machine reaches"
    )


def ways(feeds: Sequence[Feed], settings: FetchSettings) -> Finding:
    """Look whether the proxies answer; nothing is asked through them."""
    named = dict.fromkeys(feed.route.proxy for feed in feeds if feed.enabled and feed.route.proxy)
    if settings.proxy is not None:
        named = {settings.proxy: None, **named}
    told = []
    for proxy in named:
        if proxy is not None:
            try:
                asyncio.run(fetch_probe.greet_proxy(proxy, settings))
            except FetchError as error:
                told.append(str(error))
    if told:
        return trouble(
            "; ".join(told),
            "start the proxy (for Tor: systemctl start tor), or correct fetch.proxy or the feed's "
            "proxy; until then these feeds are not read",
        )
    if not named:
        return fine("there is none; sites are asked directly")
    return fine(f"{', '.join(str(proxy) for proxy in named)}: answers")


def certificates(found: Authorities) -> Finding:
    """Judge whom hrwatch believes about a site's identity."""
    told = f"{found.valid} authorities are trusted"
    if not found.valid:
        return trouble(
            f"nobody is trusted: all of {found.expired} certificates have expired",
            "is the clock right? Else pip install --upgrade certifi, or see fetch.ca_file",
        )
    if found.expired > OLD_LIST * (found.valid + found.expired):
        return warning(
            f"{told}, and {found.expired} have expired: the list is old",
            "pip install --upgrade certifi, or see fetch.ca_file",
        )
    return fine(told)


def authorities(settings: FetchSettings, now: datetime) -> Finding:
    """Look at the certificates that sites are judged by."""
    try:
        return certificates(fetch_probe.authorities(settings, now))
    except FetchError as error:
        return trouble(str(error), "name a PEM file in fetch.ca_file, or null for the usual ones")


def mail_folder(settings: MailSettings, directory: Path) -> Path | None:
    """Return the folder that mail is written to; None where it leaves otherwise."""
    target = transports.parse(settings.transport)
    return directory / target.path if isinstance(target, Folder) else None


def mail(
    settings: MailSettings, directory: Path, password: Callable[[], Secret], limit: timedelta
) -> Finding:
    """Look whether mail could leave now; none does."""
    target = transports.parse(settings.transport)
    match target:
        case Folder():
            return _folder(directory / target.path)
        case Program():
            return _program(target)
        case Server():
            return _server(target, settings, password, limit)


def _folder(folder: Path) -> Finding:
    there = next(one for one in (folder, *folder.parents) if one.exists())
    if why := unwritable(there):
        return trouble(f"mail goes into {folder}, and {there} {why}", remedy_for(why, there))
    if there != folder:
        return fine(f"mail goes into {folder}, which the first mail makes")
    waiting = sum(1 for _ in folder.glob("*.eml"))
    return fine(f"mail goes into {folder}, which holds {waiting}")


def _program(target: Program) -> Finding:
    if not target.path.is_file():
        return trouble(
            f"mail goes to {target.path}, which is not there",
            "install a program that takes mail as sendmail does, or name yours: sendmail:/PATH",
        )
    if not os.access(target.path, os.X_OK):
        return trouble(f"mail goes to {target.path}, which may not be run", "see its mode")
    return fine(f"mail goes to {target.path}, which can be run")


def _server(
    target: Server, settings: MailSettings, password: Callable[[], Secret], limit: timedelta
) -> Finding:
    shown = f"{target.tls}://{target.host}:{target.port}"
    try:
        asyncio.run(deliver_probe.greet(target, settings, password, limit))
    except (DeliverError, SecretError) as error:
        return trouble(f"mail goes to {shown}, which does not work: {error}", "see mail.transport")
    login = "our login is accepted" if target.user else "it asks for no login"
    return fine(f"mail goes to {shown}; it answers, and {login}")


def _of_many_sites(feeds: Sequence[Feed]) -> list[Feed]:
    """Return feeds to look up, each under another domain; literal addresses need no look-up."""
    found: dict[str, Feed] = {}
    for feed in feeds:
        host = urlsplit(feed.address).hostname or ""
        if feed.enabled and not _is_literal(host):
            found.setdefault(urls.registrable(host), feed)
        if len(found) == NAMES:
            break
    return list(found.values())


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True
