"""All that is said to SQLite alone: an archive in a file, its lock, its index of words."""

from hrwatch.stages.store.sqlite.engines import copy
from hrwatch.stages.store.sqlite.file import SIDE_FILES, File
from hrwatch.stages.store.sqlite.trouble import explaining

__all__ = ["SIDE_FILES", "File", "copy", "explaining"]
