"""What the C library is told about memory, so that a process that lives for months stays small."""

import ctypes

# malloc.h of the GNU C library, mallopt(3).
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
_LARGE = 131_072  # bytes: what the library itself begins with


def give_back_what_is_freed() -> bool:
    """Have large blocks mapped one by one and unmapped when they are freed, and let all threads
    share one heap; return whether the C library could be told. Before the first thread.

    Left alone, the library takes the largest block freed so far, up to 32 MB, as what is no longer
    large: after one body of 10 MB all bodies that arrive side by side grow within the heap, which
    is then full of holes and never shrinks; and each thread has such a heap of its own.
    """
    tell = getattr(ctypes.CDLL(None), "mallopt", None)
    if tell is None:  # musl, which knows no such setting
        return False
    settings = ((_M_MMAP_THRESHOLD, _LARGE), (_M_TRIM_THRESHOLD, _LARGE), (_M_ARENA_MAX, 1))
    return all([tell(setting, value) for setting, value in settings])
