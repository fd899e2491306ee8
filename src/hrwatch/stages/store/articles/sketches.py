"""The index that near copies are found by: a row for each hash of an article's sketch, as it was
read first.

A hash that stands on a crowd of articles tells nothing: further ones are not written, and it is
passed over when it is looked up, so that the cost of both has a bound whatever is archived.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa

from hrwatch.model.articles import NearCandidate
from hrwatch.stages.store.articles.presence import is_first
from hrwatch.stages.store.lists import among, listed
from hrwatch.stages.store.statements import chunks, insert_missing
from hrwatch.stages.store.tables import common_shingles, feeds, progress, records, sketches

CROWD = 200  # articles
_LEARNED = "common shingles"

# Made once: they are asked for every article, and making one costs more than the answer.
_FOUND = sa.select(sketches.c.hash, sketches.c.record).where(
    among(sketches.c.hash, "hashes", sa.BigInteger)
)
_HASHES = listed("hashes", sa.BigInteger)
_OF_HASH = (
    sa.select(sa.func.count()).where(sketches.c.hash == _HASHES.c.value).correlate(_HASHES)
).scalar_subquery()
_NOT_CROWDED = sa.select(
    _HASHES.c.value.label("hash"), sa.bindparam("record", type_=sa.BigInteger).label("record")
).where(_OF_HASH <= CROWD)
_TEXTS = (
    sa.select(
        records.c.ordinal,
        records.c.id,
        records.c.title,
        records.c.text,
        records.c.permalink,
        records.c.copy_of,
        sa.func.coalesce(feeds.c.address, "").label("feed_address"),
    )
    .select_from(records.outerjoin(feeds, feeds.c.feed == records.c.feed))
    .order_by(records.c.ordinal)
)
# An archive may hold rows of later versions, from when these were indexed, too.
_BY_ORDINAL = _TEXTS.where(among(records.c.ordinal, "keys", sa.BigInteger), is_first())
_ORIGINALS = _TEXTS.where(among(records.c.id, "keys"), is_first())


def add(connection: sa.Connection, new: Mapping[int, Iterable[int]]) -> None:
    """Index records, by their ordinals, under those of these hashes that stand on no crowd."""
    values = [{"record": ordinal, "hashes": tuple(some)} for ordinal, some in new.items()]
    if values:
        connection.execute(insert_missing(connection, sketches, rows=_NOT_CROWDED), values)


def near(
    connection: sa.Connection, new: Iterable[Collection[int]], *, shared: int, most: int
) -> tuple[NearCandidate, ...]:
    """Given the hashes of new articles, return the records that have at least `shared` of them in
    common with one, at most `most` for each, with their originals; oldest first."""
    given = [frozenset(hashes) for hashes in new]
    found: defaultdict[int, list[int]] = defaultdict(list)
    for piece in chunks(sorted(frozenset().union(*given))):
        for one, ordinal in connection.execute(_FOUND, {"hashes": piece}).all():
            found[one].append(ordinal)
    of_record: defaultdict[int, list[int]] = defaultdict(list)
    for hashes in given:
        counts: Counter[int] = Counter()
        for one in hashes:
            if len(found.get(one, ())) <= CROWD:
                counts.update(found.get(one, ()))
        best = [ordinal for ordinal, count in counts.most_common(most) if count >= shared]
        for ordinal in best:
            of_record[ordinal] = []
    for one, ordinals in found.items():
        for ordinal in ordinals:
            if ordinal in of_record:
                of_record[ordinal].append(one)
    return _candidates(connection, of_record)


def common(connection: sa.Connection) -> frozenset[int]:
    """Return the shingles that were learned to tell nothing."""
    return frozenset(connection.scalars(sa.select(common_shingles.c.hash)))


def standing(connection: sa.Connection) -> tuple[int, int]:
    """Return how many records were archived when `learned` was called last, about, and since."""
    query = sa.select(progress.c.ordinal).where(progress.c.name == _LEARNED)
    after = connection.scalar(query) or 0
    latest = connection.scalar(sa.select(sa.func.max(records.c.ordinal))) or 0
    return after, latest - after


def sample(connection: sa.Connection, most: int) -> tuple[tuple[str, str], ...]:
    """Return title and text of the latest records."""
    query = (
        sa.select(records.c.title, records.c.text).order_by(records.c.ordinal.desc()).limit(most)
    )
    return tuple((row.title, row.text) for row in connection.execute(query))


def learned(connection: sa.Connection, hashes: Collection[int]) -> None:
    """Keep these shingles, instead of others, as those that tell nothing."""
    connection.execute(sa.delete(common_shingles))
    for piece in chunks(sorted(hashes)):
        connection.execute(sa.insert(common_shingles), [{"hash": one} for one in piece])
    latest = connection.scalar(sa.select(sa.func.max(records.c.ordinal))) or 0
    connection.execute(insert_missing(connection, progress).values(name=_LEARNED, ordinal=latest))
    connection.execute(
        sa.update(progress).where(progress.c.name == _LEARNED).values(ordinal=latest)
    )


def _candidates(
    connection: sa.Connection, hashes: Mapping[int, list[int]]
) -> tuple[NearCandidate, ...]:
    rows = {
        row.ordinal: row
        for piece in chunks(sorted(hashes))
        for row in connection.execute(_BY_ORDINAL, {"keys": piece})
    }
    missing = {row.copy_of for row in rows.values() if row.copy_of} - {
        row.id for row in rows.values()
    }
    for piece in chunks(sorted(missing)):
        found = connection.execute(_ORIGINALS, {"keys": piece})
        rows |= {row.ordinal: row for row in found}
    return tuple(
        NearCandidate(
            record=row.id,
            feed_address=row.feed_address,
            permalink=row.permalink,
            title=row.title,
            text=row.text,
            copy_of=row.copy_of,
            hashes=tuple(hashes.get(ordinal, ())),
        )
        for ordinal, row in sorted(rows.items())
    )
