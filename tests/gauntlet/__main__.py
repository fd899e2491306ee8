"""`python -m gauntlet [RUN…]`: the runs named, or the whole one; exit 1 when anything is wrong."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from gauntlet.opponents import Opponents
from gauntlet.report import Report
from gauntlet.runs import disk, kills, mail_faults, names, whole

VARIABLE = "HRWATCH_GAUNTLET"
USUAL = Path(__file__).resolve().parents[3] / "shared" / "gauntlet"
RUNS = ("whole", "kills", "mail-faults", "names", "disk")


def main() -> int:
    """Run what is asked for; return the exit status."""
    parser = argparse.ArgumentParser(prog="make gauntlet", description=__doc__)
    parser.add_argument("runs", nargs="*", metavar="RUN", help=f"of {', '.join(RUNS)}")
    parser.add_argument("--kills", type=int, default=200, help="how often `kills` kills")
    parser.add_argument("--keep", type=Path, help="folder for what the runs leave behind")
    chosen = parser.parse_args()
    runs = chosen.runs or ["whole"]
    if unknown := set(runs) - set(RUNS):
        parser.error(f"no such run: {', '.join(sorted(unknown))}")
    shared = Path(os.environ.get(VARIABLE) or USUAL)
    if not (shared / "hostile.py").is_file():
        print(f"there is no gauntlet in {shared}: name its folder in ${VARIABLE}", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is ended then too
    with tempfile.TemporaryDirectory(prefix="gauntlet-") as temporary:
        folder = chosen.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        opponents = Opponents(shared, folder)
        good = True
        for name in runs:
            report = _run(name, opponents, folder, chosen.kills)
            report.show()
            good = good and report.good
    return 0 if good else 1


def _run(name: str, opponents: Opponents, folder: Path, times: int) -> Report:
    run: dict[str, Callable[[], Report]] = {
        "whole": lambda: whole.run(opponents, folder),
        "kills": lambda: kills.run(opponents, folder, times),
        "mail-faults": lambda: mail_faults.run(opponents, folder),
        "names": lambda: names.run(opponents, folder),
        "disk": lambda: disk.run(opponents, folder),
    }
    return run[name]()


if __name__ == "__main__":
    sys.exit(main())
