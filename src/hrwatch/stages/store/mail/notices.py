"""What the operator was told once, so that it is not told again."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from hrwatch.model.mail import Mail
from hrwatch.stages.store import guarded
from hrwatch.stages.store.mail import outbox
from hrwatch.stages.store.statements import insert_missing
from hrwatch.stages.store.tables import notices


def told(connection: sa.Connection) -> dict[str, datetime]:
    """Return what the operator was told, and when."""
    return {row.name: row.told_at for row in connection.execute(sa.select(notices))}


def report(
    connection: sa.Connection, name: str, mail: Mail, numbers: Mapping[str, int], now: datetime
) -> bool:
    """Queue the report of a week and note it, with `numbers` for the next one; say False, and do
    nothing, where it was written before."""
    statement = insert_missing(connection, notices).values(
        name=name, told_at=now, numbers=dict(numbers)
    )
    if connection.execute(statement.returning(notices.c.name)).one_or_none() is None:
        return False
    outbox.put(connection, (mail,), now)
    return True


def alert(connection: sa.Connection, names: Iterable[str], mail: Mail, now: datetime) -> None:
    """Queue an alert and note what it tells."""
    noted = tuple(names)
    forget(connection, noted)
    connection.execute(sa.insert(notices), [{"name": name, "told_at": now} for name in noted])
    outbox.put(connection, (mail,), now)


def forget(connection: sa.Connection, names: Iterable[str]) -> None:
    """Forget what was told of: it is over, and told again when it comes back."""
    connection.execute(sa.delete(notices).where(notices.c.name.in_(tuple(names))))


def last_report(connection: sa.Connection) -> tuple[datetime, dict[str, int]] | None:
    """Return when the last report was written, and its numbers; None for none yet."""
    query = (
        sa.select(notices)
        .where(notices.c.numbers.is_not(None))
        .order_by(notices.c.told_at.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    with guarded.of("notices.numbers"):
        return row.told_at, {str(name): int(number) for name, number in row.numbers.items()}
