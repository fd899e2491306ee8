"""The guard that keeps the suite off the network does its work."""

import socket

import pytest

import socket_guard


@pytest.mark.parametrize(
    ("family", "address", "beyond"),
    [
        (socket.AF_INET, ("127.0.0.1", 80), False),
        (socket.AF_INET, ("127.9.9.9", 80), False),
        (socket.AF_INET6, ("::1", 80, 0, 0), False),
        (socket.AF_INET, ("localhost", 80), False),
        (socket.AF_UNIX, "/run/notify", False),
        (socket.AF_INET, ("192.0.2.1", 80), True),
        (socket.AF_INET, ("10.0.0.1", 80), True),
        (socket.AF_INET6, ("2001:db8::1", 80, 0, 0), True),
        (socket.AF_INET6, ("fe80::1%eth0", 80, 0, 0), True),
        (socket.AF_INET, ("example.org", 80), True),
    ],
)
def test_beyond_loopback_of_an_address_is_told(family: int, address: object, beyond: bool) -> None:
    assert socket_guard.beyond_loopback(family, address) is beyond


def test_install_refuses_and_reports_a_connection_beyond_loopback() -> None:
    reported: list[str] = []
    undo = socket_guard.install(reported.append)
    try:
        with socket.socket() as client, pytest.raises(socket_guard.NetworkRefused):
            client.connect(("192.0.2.1", 80))
    finally:
        undo()

    assert reported == ["connect to ('192.0.2.1', 80)"]


def test_install_lets_names_resolve_to_nothing_but_localhost() -> None:
    assert socket.getaddrinfo("localhost", 80)
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("example.org", 80)
