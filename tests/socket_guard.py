"""Keeps tests, and the processes they start, off the network: loopback and unix sockets only."""

import ipaddress
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


class NetworkRefused(OSError):
    """A test asked for an address beyond this machine."""


def beyond_loopback(family: int, address: Any) -> bool:
    """Given a socket's family and the address to reach, say whether it lies beyond loopback."""
    if family not in (socket.AF_INET, socket.AF_INET6):
        return False
    host = address[0] if isinstance(address, tuple) else address
    if host in ("", "localhost"):
        return False
    try:
        return not ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return True  # a name: reaching it would ask a name server


def install(report: Callable[[str], None]) -> Callable[[], None]:
    """Refuse connections beyond loopback from now on and tell `report` each; return the undo.

    Names other than localhost resolve to nothing, as on a machine that is offline.
    """
    real = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex", "sendto")}
    resolve = socket.getaddrinfo

    def guarded(name: str) -> Callable[..., Any]:
        def method(self: socket.socket, *args: Any) -> Any:
            if args and beyond_loopback(self.family, args[-1]):
                report(f"{name} to {args[-1]}")
                raise NetworkRefused(f"tests stay on loopback; refused: {args[-1]}")
            return real[name](self, *args)

        return method

    def offline(host: Any, *args: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and beyond_loopback(socket.AF_INET, (name,)):
            try:
                ipaddress.ip_address(name.partition("%")[0])
            except ValueError:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from None
        return resolve(host, *args, **options)

    for name in real:
        setattr(socket.socket, name, guarded(name))
    socket.getaddrinfo = offline

    def undo() -> None:
        for name, method in real.items():
            setattr(socket.socket, name, method)
        socket.getaddrinfo = resolve

    return undo


def process_environment(report: Path) -> dict[str, str]:
    """Return the environment for a Python process that is to stay off the network; what it is
    refused all the same is written to `report`, a line each."""
    return os.environ | {
        "PYTHONPATH": os.pathsep.join((str(HERE / "offline"), str(HERE))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OFFLINE_REPORT": str(report),
    }
