"""All that is said to PostgreSQL alone: an archive on a server, its lock, its index of words."""

from hrwatch.stages.store.postgresql.server import SCHEME, Server
from hrwatch.stages.store.postgresql.trouble import explaining

__all__ = ["SCHEME", "Server", "explaining"]
