"""What is allowed but likely not meant: warnings that `check` prints beside a good file."""

import os
import re
from datetime import timedelta

from hrwatch import transports
from hrwatch.config import breadth, databases, shapes, values
from hrwatch.config.tree import Document, Path
from hrwatch.errors import Mistake
from hrwatch.model.settings import Program, Server, Tls

_FIXED = re.compile(r"Etc/GMT([+-])(\d+)")
POLITE = timedelta(minutes=5)


def of(document: Document, shape: shapes.File) -> list[Mistake]:
    """Given a file found good, return what its writer should know about it."""
    found: list[tuple[Path, str]] = []
    if shape.fetch.contact == shapes.EXAMPLE_CONTACT:
        problem = (
            "is still the shipped example, and nothing beyond this machine is asked; write where a "
            "site's owner reaches you, such as mailto:you@your.org"
        )
        found.append((("fetch", "contact"), problem))
    impolite = "is shorter than 5m; most sites do not publish that often, and some will block you"
    if shape.fetch.every < POLITE:
        found.append((("fetch", "every"), impolite))
    for position, feed in enumerate(shape.feeds):
        for key, address in (("url", feed.url), ("page", feed.page)):
            if address and values.without_login(address) != address:
                problem = (
                    "holds a login, which is left out: this file keeps no secrets, and hrwatch "
                    "asks without one; take it out"
                )
                found.append((("feeds", position, key), problem))
        if feed.every is not None and feed.every < POLITE:
            found.append((("feeds", position, "every"), impolite))
    found += _of_archive(shape)
    switched_off = {feed.name for feed in shape.feeds if not feed.enabled}
    for position, subscriber in enumerate(shape.subscribers):
        found += _of_subscriber(("subscribers", position), subscriber, switched_off)
    found += _of_mail(shape.mail)
    found += breadth.of(document)
    warnings = (document.mistake(path, problem) for path, problem in found)
    return [warning for warning in warnings if warning is not None]


def _of_subscriber(
    path: Path, subscriber: shapes.Subscriber, switched_off: set[str]
) -> list[tuple[Path, str]]:
    found: list[tuple[Path, str]] = []
    if subscriber.feeds and switched_off.issuperset(subscriber.feeds):
        problem = "names only feeds that are switched off (enabled: false): nothing will come"
        found.append(((*path, "feeds"), problem))
    if match := _FIXED.fullmatch(subscriber.timezone):
        meant = f"UTC{'-' if match[1] == '+' else '+'}{match[2]}"
        problem = f"means {meant}, and no summer time; name the zone by a city"
        found.append(((*path, "timezone"), problem))
    return found


def _of_archive(shape: shapes.File) -> list[tuple[Path, str]]:
    if not databases.is_one(shape.archive):
        if shape.archive_password_file is None:
            return []
        problem = "is not used: the archive is a file, and no server asks for a password"
        return [(("archive_password_file",), problem)]
    if databases.is_open_to_others(shape.archive):
        problem = (
            "goes over the network without the server being verified; add "
            "?sslmode=verify-full&sslrootcert=system, or the path of its authority instead of "
            "system"
        )
        return [(("archive",), problem)]
    return []


def _of_mail(shape: shapes.Mail) -> list[tuple[Path, str]]:
    target = transports.parse(shape.transport)
    found: list[tuple[Path, str]] = []
    if isinstance(target, Program) and not os.access(target.path, os.X_OK):
        problem = f"there is no program {target.path} on this machine that may be run"
        found.append((("mail", "transport"), problem))
    logs_in = isinstance(target, Server) and bool(target.user)
    if shape.password_file and not logs_in:
        problem = "is not used: transport names no user to log in as (smtps://USER@HOST:465)"
        found.append((("mail", "password_file"), problem))
    if shape.ca_file and not (isinstance(target, Server) and target.tls is not Tls.NEVER):
        problem = "is not used: transport goes to no server under TLS"
        found.append((("mail", "ca_file"), problem))
    return found
