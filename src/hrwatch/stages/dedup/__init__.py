"""Recognising what was seen before: `identity` tells new entries from known ones before any page
is fetched, `copies` links an article to the original that it repeats."""
