"""`hrwatch` and `python -m hrwatch`: the command line, with Ctrl-C minded from the first moment."""

import os
import signal
from types import FrameType

INTERRUPTED = 130  # as shells tell it: 128 and SIGINT's number


def main() -> None:
    """Run the command line. While it is being imported there is nothing to be put in order yet, and
    a Ctrl-C, which could come up anywhere in a library, ends the process at once."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        _run()  # whoever started us has it ignored
        return
    signal.signal(signal.SIGINT, _leave)
    try:
        _run()
    finally:
        signal.signal(signal.SIGINT, _leave)  # nothing is left to do either


def _run() -> None:
    from hrwatch.cli import main as command_line  # noqa: PLC0415 - the slow part

    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    command_line.main()


def _leave(_: int, __: FrameType | None) -> None:
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
