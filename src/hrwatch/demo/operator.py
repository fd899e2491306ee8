"""What the demo's operator does: writes feeds.yaml, for the newsroom and three subscribers."""

import json

from hrwatch.demo.newsroom import Publication
from hrwatch.demo.server import feed_path

HEAD = """\
# Written by `hrwatch demo`. The newsroom behind these addresses is invented, and it closed when the
# demo ended; the archive beside this file is yours to look at:
#     hrwatch --config feeds.yaml --state-dir . search keyword:torture
# To watch real feeds, put their addresses below and say in `contact` how a site's owner reaches
# you: hrwatch asks nobody beyond this machine while that is the example.

archive: archive.db
fetch:
  contact: mailto:desk@example.org
  gap: 0s                      # the newsroom is this machine; leave both out for anybody else's
  per_domain: 8
  allow_addresses: [{address}]
feeds:
"""

TAIL = """\
subscribers:
  # Three countries, and of what happens there only these issues.
  - name: eastern-europe-desk
    address: desk@monitor.example
    countries: [BY, RU, UA]
    keywords: [torture, arbitrary-detention, prison-conditions, fair-trial, war-crimes]
    send: daily 07:00
    timezone: Europe/Vilnius
    subject: full
  # Everything that is written in Arabic.
  - name: arabic-reader
    address: reader@monitor.example
    languages: [ar]
    send: at once
    timezone: Africa/Cairo
  # Everything but the death penalty.
  - name: front-page
    address: editor@monitor.example
    exclude: {keywords: [death-penalty]}
    send: weekly mon 08:00
    timezone: America/Sao_Paulo
mail:
  from: hrwatch demo <digest@monitor.example>
  transport: file:outbox
"""


def feeds_yaml(publications: tuple[Publication, ...], base: str) -> str:
    """Given the publications and the newsroom's address, return the operator's file."""
    address = json.dumps(base.removeprefix("http://"))
    return (
        HEAD.replace("{address}", address)
        + "".join(
            f"  - name: {publication.name}\n"
            f"    url: {base}{feed_path(publication)}\n"
            f"    publisher: {json.dumps(publication.publisher, ensure_ascii=False)}\n"
            f"    language: {publication.language}\n"
            for publication in publications
        )
        + TAIL
    )
