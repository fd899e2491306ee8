"""All that is said to SQLite alone: an archive in a file, its lock, its index of words."""

from hrwatch.stages.store.sqlite.engines import copy
from hrwatch.stages.store.sqlite.file import SIDE_FILES, File
from hrwatch.stages.store.sqlite.trouble import DAMAGED, explaining

__all__ = ["DAMAGED", "SIDE_FILES", "File", "copy", "explaining"]
