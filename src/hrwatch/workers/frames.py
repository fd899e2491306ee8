"""What passes between the main process and a worker: frames, and results as plain data.

A task is pickled: the main process is trusted. A result is not: it is JSON, rebuilt by the type
that the hop declares, so that a worker can only ever hand back values of that type.
"""

import enum
import functools
import struct
import types
import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

LENGTH = struct.Struct(">I")
# A feed of the largest size allowed is 10 MB; its entries as JSON are at most some times that.
MAX_FRAME = 64_000_000
# The payload by which a worker says that all is ready: what goes wrong after it is the input's
# doing, what went wrong before it is not.
BEGUN = b""


class Malformed(Exception):
    """A result that is not of the type its hop declares."""


def frame(payload: bytes) -> bytes:
    """Return the payload with its length before it."""
    return LENGTH.pack(len(payload)) + payload


def result_type(hop: Callable[..., object]) -> Any:
    """Return the type that a hop declares to return."""
    return hop.__annotations__["return"]


def dump(value: Any) -> Any:  # noqa: PLR0911 - a table: one line a type
    """Given a value made of our dataclasses, enums, tuples, times and plain values, return it as
    what JSON can hold; raise TypeError for anything else."""
    match value:
        case enum.Enum():
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case tuple():
            return [dump(member) for member in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return [dump(getattr(value, one.name)) for one in fields(value)]
        case _:
            raise TypeError(f"a result cannot hold {type(value).__name__}")


def load(declared: Any, data: Any) -> Any:
    """Given a type and what `dump` made of a value of it, return the value; raise Malformed where
    the data is anything else."""
    return _loader(declared)(data)


@functools.cache
def _loader(declared: Any) -> Callable[[Any], Any]:  # noqa: PLR0911 - a table: one line a type
    """Return the function that rebuilds values of the type: found once, then fast."""
    origin, arguments = typing.get_origin(declared), typing.get_args(declared)
    if origin in (types.UnionType, typing.Union):
        return _optional(declared, arguments)
    if origin is tuple:
        return _tuple(arguments)
    if is_dataclass(declared):
        return _dataclass(declared)
    if isinstance(declared, type) and issubclass(declared, enum.Enum):
        return _converted(declared, (str, int))
    if declared is datetime:
        return _converted(_moment, (str,))
    if declared is date:
        return _converted(date.fromisoformat, (str,))
    if declared is timedelta:
        return _converted(lambda seconds: timedelta(seconds=seconds), (int, float))
    if declared is float:
        return _converted(float, (int, float))
    if declared in (str, int, bool, types.NoneType):
        return _exactly(declared)
    raise TypeError(f"a hop cannot declare {declared!r} as a result")


def _moment(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError("no zone")
    return moment.astimezone(UTC)


def _exactly(declared: type) -> Callable[[Any], Any]:
    def load_value(data: Any) -> Any:
        if type(data) is not declared:
            raise Malformed(f"{type(data).__name__} where {declared.__name__} was declared")
        return data

    return load_value


def _converted(convert: Callable[[Any], Any], accepted: tuple[type, ...]) -> Callable[[Any], Any]:
    def load_value(data: Any) -> Any:
        if type(data) not in accepted:
            raise Malformed(f"{type(data).__name__} where one of {accepted} was declared")
        try:
            return convert(data)
        except (ValueError, OverflowError) as error:
            raise Malformed(str(error)) from error

    return load_value


def _optional(declared: Any, arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    present = [one for one in arguments if one is not types.NoneType]
    if len(present) != 1 or len(arguments) != 2:  # noqa: PLR2004 - "X | None" has two members
        raise TypeError(f"a hop cannot declare {declared!r} as a result")
    member = _loader(present[0])
    return lambda data: None if data is None else member(data)


def _tuple(arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    def load_many(data: Any) -> Any:
        if type(data) is not list:
            raise Malformed("no list where a tuple was declared")
        return tuple([member(one) for one in data])

    def load_fixed(data: Any) -> Any:
        if type(data) is not list or len(data) != len(members):
            raise Malformed("no list of the declared length")
        return tuple([one_loader(one) for one_loader, one in zip(members, data, strict=True)])

    if len(arguments) == 2 and arguments[1] is Ellipsis:  # noqa: PLR2004 - "tuple[X, ...]"
        member = _loader(arguments[0])
        return load_many
    members = [_loader(one) for one in arguments]
    return load_fixed


def _dataclass(declared: Any) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(declared)
    members = [_loader(hints[one.name]) for one in fields(declared)]

    def load_instance(data: Any) -> Any:
        if type(data) is not list or len(data) != len(members):
            raise Malformed(f"no fields of {declared.__name__}")
        return declared(*[member(one) for member, one in zip(members, data, strict=True)])

    return load_instance
