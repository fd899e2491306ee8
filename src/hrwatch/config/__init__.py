"""The operator's file, read and judged: the only home of yaml and pydantic."""

from hrwatch.config.loading import load, locate
from hrwatch.config.settings import Config
from hrwatch.config.times import duration

__all__ = ["Config", "duration", "load", "locate"]
