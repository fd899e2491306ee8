"""An archive that was written while the clock was ahead: nothing in it waits for that time to come
again."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from hrwatch.stages.store.tables import feeds, in_force, outbox, visits

# Clocks are set back by seconds all the time; no poll is disturbed for so little.
SLACK = timedelta(minutes=5)


def mend(connection: sa.Connection, now: datetime) -> datetime | None:
    """Given the time, return the latest moment at which the archive was written, where that is yet
    to come; None where all is as it should be, or was mended before.

    Then feeds that were polled after `now` are due, articles that were visited after it too, mails
    that wait beyond a day are tried, and what came into force later is in force since `now`: else
    what is found by this clock would count as found before anybody asked for it, and be mailed to
    nobody. Records stay as they are.
    """
    latest = _latest(connection)
    if latest is None or latest <= now + SLACK:
        return None
    connection.execute(
        sa.update(feeds).where(feeds.c.last_polled_at > now).values(next_poll_at=None)
    )
    connection.execute(
        sa.update(feeds).where(feeds.c.came_into_force_at > now).values(came_into_force_at=now)
    )
    connection.execute(
        sa.update(visits)
        .where(visits.c.last_visit_at > now, visits.c.next_visit_at.is_not(None))
        .values(next_visit_at=now)
    )
    connection.execute(
        sa.update(outbox)
        .where(outbox.c.settled_at.is_(None), outbox.c.next_try_at > now + timedelta(days=1))
        .values(next_try_at=None)
    )
    for column in (in_force.c.since, in_force.c.until):
        connection.execute(sa.update(in_force).where(column > now).values({column: now}))
    return latest


def _latest(connection: sa.Connection) -> datetime | None:
    queries = (
        sa.select(sa.func.max(feeds.c.last_polled_at)).where(feeds.c.next_poll_at.is_not(None)),
        sa.select(sa.func.max(in_force.c.since)),
        sa.select(sa.func.max(in_force.c.until)),
    )
    moments = map(connection.scalar, queries)
    return max((moment for moment in moments if moment is not None), default=None)
