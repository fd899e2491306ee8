"""The operator's file, read and judged: the only home of yaml and pydantic."""

from hrwatch.config.loading import load, locate
from hrwatch.config.settings import Config

__all__ = ["Config", "load", "locate"]
