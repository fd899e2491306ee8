"""What stands between an archive and its PostgreSQL server when things go wrong: a way that can be
cut, and a server that asks for a password and refuses it."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from postgres import Place

_GSS_WANTED = 80877104  # what a client may ask first (PostgreSQL's documentation, 54.7)


class Way:
    """A TCP way to a server, which can be cut and mended."""

    def __init__(self, place: Place) -> None:
        self._url = sa.make_url(place.url)
        self._place = place
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._port = self._listener.getsockname()[1]
        self._cut = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def place(self) -> Place:
        """The place as it is reached by this way."""
        url = self._url.set(host="127.0.0.1", port=self._port, query={"sslmode": "disable"})
        return replace(self._place, url=url.render_as_string())

    def cut(self) -> None:
        """End every connection, and refuse new ones."""
        self._cut = True
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let new connections through."""
        self._cut = False

    def close(self) -> None:
        """Take the way down."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for end in self._open:
            end.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                ours = self._listener.accept()[0]
                if self._cut:
                    ours.close()
                    continue
                theirs = self._connect()
                self._open += [ours, theirs]
                for source, target in ((ours, theirs), (theirs, ours)):
                    threading.Thread(target=_pump, args=(source, target), daemon=True).start()

    def _connect(self) -> socket.socket:
        host = self._url.query.get("host") or self._url.host or "127.0.0.1"
        port = self._url.port or 5432
        if isinstance(host, str) and host.startswith("/"):
            theirs = socket.socket(socket.AF_UNIX)
            theirs.connect(f"{host}/.s.PGSQL.{port}")
            return theirs
        return socket.create_connection((host, port))


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def a_way(place: Place) -> Iterator[Way]:
    """A way to the server of `place`."""
    way = Way(place)
    try:
        yield way
    finally:
        way.close()


@contextmanager
def a_refusing_server(passwords: list[str]) -> Iterator[int]:
    """The port of a server that asks for a password, notes it, and refuses it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_refuse, args=(listener, passwords), daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def _refuse(listener: socket.socket, passwords: list[str]) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection: Any = listener.accept()[0]
            with connection, connection.makefile("rb") as said:
                (length,) = struct.unpack("!I", said.read(4))
                if struct.unpack("!I", said.read(length - 4)[:4])[0] == _GSS_WANTED:
                    connection.sendall(b"N")
                    (length,) = struct.unpack("!I", said.read(4))
                    said.read(length - 4)
                connection.sendall(b"R" + struct.pack("!II", 8, 3))  # in plain text, please
                _, length = struct.unpack("!cI", said.read(5))
                passwords.append(said.read(length - 4).rstrip(b"\0").decode())
                fields = b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed\0\0"
                connection.sendall(b"E" + struct.pack("!I", len(fields) + 4) + fields)
