"""What is freed goes back to the system: asked of the C library itself, in a process of its own."""

import ctypes
import subprocess
import sys

import pytest

if not hasattr(ctypes.CDLL(None), "mallinfo2"):
    pytest.skip("the C library has no mallinfo2", allow_module_level=True)

# Prints how many bytes are mapped for a block of 1 MB, once one of 20 MB was freed.
ASK = """
import ctypes
from hrwatch.daemon.memory import give_back_what_is_freed

NAMES = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()

class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in NAMES]

ask = ctypes.CDLL(None).mallinfo2
ask.restype = Info
{told}
large = bytearray(20_000_000)
del large
before = ask().hblkhd
block = bytearray(1_000_000)
print(ask().hblkhd - before)
"""


def mapped(told: str) -> int:
    answer = subprocess.run(
        [sys.executable, "-c", ASK.format(told=told)], capture_output=True, check=True, text=True
    )
    return int(answer.stdout)


def test_blocks_are_mapped_one_by_one_after_a_larger_one_was_freed() -> None:
    assert mapped("assert give_back_what_is_freed()") >= 1_000_000


def test_library_that_is_not_told_keeps_them_in_its_heap() -> None:
    assert mapped("") == 0
