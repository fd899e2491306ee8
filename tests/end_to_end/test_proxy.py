"""`try` and `once` with a proxy that is gone: they say so, and ask nobody."""

import json
from pathlib import Path

import pytest
import yaml

from newsdesk import Desk, at_the_desk

GONE = "socks5h://127.0.0.1:9"


@pytest.mark.parametrize("own", [True, False])
def test_nothing_goes_around_a_proxy_that_is_gone(tmp_path: Path, own: bool) -> None:
    async def test(desk: Desk) -> None:
        desk.feed("wire", "Invented court hears of torture")
        path = desk.configure("wire")
        sections = yaml.safe_load(path.read_text())
        place = sections["feeds"][0] if own else sections["fetch"]
        place["proxy"] = GONE
        path.write_text(yaml.safe_dump(sections))

        polled = await desk.run("once", "--all", "--json")
        tried = [await desk.run("try", kind, desk.server.url("/wire")) for kind in ("feed", "page")]

        told = [polled.lines[0]["error"], *(one.lines[0]["error"] for one in tried)]
        assert all(f"the proxy {GONE} cannot be reached" in str(error) for error in told)
        assert [one.status for one in (polled, *tried)] == [1, 1, 1]
        assert desk.server.connections == 0, json.dumps(told)

    at_the_desk(tmp_path, test)
