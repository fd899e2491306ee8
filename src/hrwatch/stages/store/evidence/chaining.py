"""What is hashed of a capture, and how captures are chained, so that anybody can compute it again
with nothing but the values of a row. Pure.

The canonical form of a row is JSON as RFC 8785 has it: keys in order, no space, UTF-8, nothing
escaped that need not be. `row_hash` is the SHA-256 of it; `chain_hash` that of the chain_hash of
the capture before and of row_hash, both as 64 hexadecimal digits, one after the other; before the
first capture 64 zeros stand for it.
"""

import hashlib
import json
from datetime import UTC, datetime

from hrwatch.model.evidence import Capture

START = "0" * 64


def canonical(value: object) -> bytes:
    """Return the canonical JSON of a value of mappings with ASCII keys, sequences, texts, whole
    numbers, truths and None. Halves of surrogate pairs, which are no text, become `?`."""
    told = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return told.encode("utf-8", "replace")


def values(number: int, capture: Capture) -> dict[str, object]:
    """Return what is hashed of a capture with that number: the values of its row under the names
    of their columns."""
    return {
        "number": number,
        "kind": capture.kind.value,
        "record": capture.record,
        "feed": capture.feed,
        "requested_url": capture.requested_url,
        "url": capture.url,
        "redirects": [[redirect.url, redirect.status] for redirect in capture.redirects],
        "status": capture.status,
        "headers": [[name, value] for name, value in capture.headers],
        "content_type": capture.content_type,
        "fetched_at": instant(capture.fetched_at),
        "body_sha256": capture.body_sha256,
        "body_size": capture.body_size,
        "certificate_sha256": capture.certificate_sha256,
        "software": capture.software,
        "note": capture.note,
    }


def row_hash(number: int, capture: Capture) -> str:
    """Return the SHA-256 (hex) of the row of a capture with that number."""
    return hashlib.sha256(canonical(values(number, capture))).hexdigest()


def chain_hash(before: str, row: str) -> str:
    """Given the chain_hash before and a row_hash, return the chain_hash of that row."""
    # What stands in the place of a hash may be anything, and then is not the one it should be.
    return hashlib.sha256(f"{before}{row}".encode("utf-8", "replace")).hexdigest()


def instant(moment: datetime) -> str:
    """Return a time as it is hashed: UTC, with six digits of a second, such as
    2026-03-02T09:00:00.000000Z."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
