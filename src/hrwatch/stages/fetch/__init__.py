"""Fetch: from an address to a document. The first stage, and the only home of httpx."""

from hrwatch.stages.fetch.client import Fetcher
from hrwatch.stages.fetch.headers import FEEDS, PAGES

__all__ = ["FEEDS", "PAGES", "Fetcher"]
