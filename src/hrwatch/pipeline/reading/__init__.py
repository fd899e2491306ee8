"""From feeds and pages to the archive: polls, visits, new rules, and what is kept how long."""
