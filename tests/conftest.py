"""What every test stands on: a scrubbed environment, no network, a clock, the corpora."""

import os
import signal
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import settings

import socket_guard
from fakes import Clock

pytest_plugins = ("postgres",)

TESTS = Path(__file__).parent
SCRUBBED = ("HRWATCH_", "XDG_", "PYTHON", "PG")
SCRUBBED_NAMES = (
    "CREDENTIALS_DIRECTORY",
    "NOTIFY_SOCKET",
    "STATE_DIRECTORY",
    "WATCHDOG_PID",
    "WATCHDOG_USEC",
)
CORPORA_VARIABLE = "HRWATCH_CORPORA"

# No deadline: what is slow here is the machine, and the tests have a timeout of their own.
settings.register_profile("hrwatch", deadline=None, print_blob=True)
settings.load_profile("hrwatch")


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: a quarter of the time tests wait, for a process to
    come up, a second to pass, a server to fail."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.fixture(scope="session")
def corpora_folder() -> Path | None:
    """Where the corpora lie, looked up before the environment is scrubbed."""
    return where_corpora_are(os.environ, TESTS.parent.parent / "shared" / "corpora")


def where_corpora_are(environ: Mapping[str, str], usual: Path) -> Path | None:
    """Return the folder that the variable names, there or not; else the usual one if it is there:
    whoever names a folder wants those tests run, and is not to take a skip for a success."""
    if named := environ.get(CORPORA_VARIABLE):
        return Path(named)
    return usual if usual.is_dir() else None


@pytest.fixture(scope="session")
def corpora(corpora_folder: Path | None, tmp_path_factory: pytest.TempPathFactory) -> "Corpora":
    """Real feeds, pages and gold labels; skips where they are not at hand."""
    if corpora_folder is None:
        pytest.skip(f"no corpora at ${CORPORA_VARIABLE} or ../shared/corpora: they are not ours")
    if not corpora_folder.is_dir():
        pytest.fail(f"${CORPORA_VARIABLE} names {corpora_folder}, which is no folder")
    return Corpora(corpora_folder, tmp_path_factory.mktemp("corpora"))


class Corpora:
    """The corpora's folder; archives are unpacked once, when first asked for."""

    def __init__(self, folder: Path, unpacked: Path) -> None:
        self.folder = folder
        self._unpacked = unpacked

    def unpack(self, name: str) -> Path:
        """Given such a name as `feeds-dev`, return the folder with what its archive holds."""
        target = self._unpacked / name
        if not target.exists():
            with tarfile.open(self.folder / f"{name}.tar.gz") as archive:
                archive.extractall(target, filter="data")
        return target


@pytest.fixture(scope="session", autouse=True)
def _scrubbed_environment(
    corpora_folder: Path | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """No setting of whoever runs the tests reaches them, and nothing is written to their home."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if (
                name.startswith(SCRUBBED)
                or name in SCRUBBED_NAMES
                or name.lower().endswith("_proxy")
            ):
                patch.delenv(name)
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        patch.setenv("TZ", "UTC")
        patch.setenv("COLUMNS", "100")
        # A shell starts what it runs in the background with Ctrl-C ignored, and so would every
        # process be that a test interrupts.
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        yield


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    """A test that reaches for anything beyond loopback fails, whoever swallows the error."""
    refused: list[str] = []
    undo = socket_guard.install(refused.append)
    yield
    undo()
    if refused:
        pytest.fail("reached beyond loopback: " + "; ".join(refused), pytrace=False)


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at 2026-03-02 09:00 UTC until it is moved."""
    return Clock()
