"""The HTML of a mail as people see it: in headless Chromium at the width of a phone and of a desk,
light and dark, and under axe-core. Needs Chromium; axe-core is named by $HRWATCH_AXE, the path of
its axe.min.js (`npm pack axe-core`)."""

import asyncio
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from gold import END, the_days
from postgres import Places

pytestmark = pytest.mark.drill

CHROMIUM = shutil.which("chromium")
AXE = os.environ.get("HRWATCH_AXE", "")
WIDTHS = {"phone": 390, "desk": 1000}
SCHEMES = {"dark": 0, "light": 1}  # Blink's preferredColorScheme
LANGUAGES = ("en", "fr", "es", "ru", "ar")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
# What the page tells of itself: how wide it is, and what axe-core finds.
ASK = """
<script>{axe}</script>
<script>
addEventListener("load", async () => {{
  const found = await axe.run(document);
  const told = found.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 200))]);
  const wide = document.scrollingElement.scrollWidth;
  document.body.textContent = "";
  const pre = document.createElement("pre");
  pre.id = "told";
  pre.textContent = JSON.stringify({{violations: told, wide: wide, passes: found.passes.length}});
  document.body.append(pre);
}});
</script>
"""


@pytest.fixture(scope="module", params=LANGUAGES)
def page(
    request: pytest.FixtureRequest, module_places: Places, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """The HTML of the whole digest, in each language of the mail's own words."""
    language: str = request.param

    async def run() -> str:
        folder = tmp_path_factory.mktemp("gold")
        place = module_places.make("sqlite", folder / "state")
        async with the_days(place, folder, mail_language=language) as days:
            body = days.on(END).get_body(("html",))
            assert body is not None
            return str(body.get_content())

    yield language, asyncio.run(run())


def chromium(folder: Path, page: str, *flags: str) -> str:
    """Open a page, and return what the program printed."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    file = folder / "mail.html"
    file.write_text(page, encoding="utf-8")
    done = subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={folder}/profile", *flags, file.as_uri()],
        capture_output=True,
        check=True,
        timeout=60,
    )
    return done.stdout.decode()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_mail_has_no_fault_that_axe_finds_and_is_no_wider_than_its_window(
    page: tuple[str, str], width: str, scheme: str, tmp_path: Path
) -> None:
    if not AXE:
        pytest.skip("$HRWATCH_AXE does not name axe-core's axe.min.js")
    _, html = page
    asking = html.replace("</body>", ASK.format(axe=Path(AXE).read_text()) + "</body>")
    dom = chromium(
        tmp_path,
        asking,
        f"--window-size={max(WIDTHS[width], 500)},1400",
        f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
        "--virtual-time-budget=20000",
        "--dump-dom",
    )
    found = re.search(r'<pre id="told">(.*?)</pre>', dom, re.DOTALL)
    assert found is not None
    told = json.loads(unescape(found[1]))
    assert told["violations"] == []
    assert told["passes"] > 10
    assert told["wide"] <= max(WIDTHS[width], 500)  # a headless window is no narrower
