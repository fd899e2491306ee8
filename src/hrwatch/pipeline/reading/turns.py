"""Whose turn it is to be visited: many feeds at once, but few of one site, and those first that
were well and quick the last time. Pure."""

from collections import OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from datetime import timedelta

from hrwatch import urls
from hrwatch.model.feeds import Feed, Outcome, PollReport

# More than requests at once, because many of those that are visited wait for an answer.
FEEDS_AT_ONCE = 32
# For a visit, and as much again for each entry that was new.
QUICK = timedelta(seconds=5)


@dataclass(slots=True)
class _Site:
    """The feeds of one site that wait, and how many are visited."""

    quick: deque[Feed] = field(default_factory=deque)
    other: deque[Feed] = field(default_factory=deque)
    visited: int = 0
    visited_other: int = 0


class Turns:
    """Feeds that wait and feeds that are visited. Of one site so many are visited at once as may
    ask it at once: a site that hangs keeps no other from being read.

    A feed whose last visit was quick goes before one that was slow or failed, and before one that
    is not known yet; a quarter of the places is left to the quick ones. So those that hang, or
    take a worker for as long as they may, delay each other and nobody else.
    """

    def __init__(self, per_site: int) -> None:
        self._per_site = per_site
        self._sites: defaultdict[str, _Site] = defaultdict(_Site)
        # Sites that have such a feed waiting and room for its visit, the next one first.
        self._ready_quick: OrderedDict[str, None] = OrderedDict()
        self._ready_other: OrderedDict[str, None] = OrderedDict()
        self._known: dict[str, str] = {}  # feeds that wait or are visited, with their site
        self._quick: set[str] = set()  # feeds whose last visit was
        self._visited: dict[str, bool] = {}  # feeds that are visited, and whether as quick ones

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def __len__(self) -> int:
        return len(self._known)

    def add(self, feed: Feed) -> None:
        """Let a feed wait for its turn; one that waits or is visited already is not added."""
        if feed.name in self._known:
            return
        name = self._known[feed.name] = urls.site_of(feed.address)
        site = self._sites[name]
        (site.quick if feed.name in self._quick else site.other).append(feed)
        self._consider(name)

    def take(self) -> Feed | None:
        """Begin the visit of the next feed whose turn it is, and return it; None for none now."""
        if len(self._visited) >= FEEDS_AT_ONCE:
            return None
        if self._ready_quick:
            (name, _), quick = self._ready_quick.popitem(last=False), True
        elif self._ready_other and self._others_visited() < _but_a_quarter(FEEDS_AT_ONCE):
            (name, _), quick = self._ready_other.popitem(last=False), False
        else:
            return None
        site = self._sites[name]
        feed = (site.quick if quick else site.other).popleft()
        self._visited[feed.name] = quick
        site.visited += 1
        site.visited_other += not quick
        self._consider(name)
        return feed

    def leave(self, feed: Feed, report: PollReport | None) -> None:
        """End the visit of a feed; `report` says what came of it, if anything did."""
        name = self._known.pop(feed.name)
        site = self._sites[name]
        site.visited -= 1
        site.visited_other -= not self._visited.pop(feed.name)
        if _was_quick(report):
            self._quick.add(feed.name)
        else:
            self._quick.discard(feed.name)
        self._consider(name)

    def _others_visited(self) -> int:
        return sum(not quick for quick in self._visited.values())

    def _consider(self, name: str) -> None:
        """Let a site be ready for what it has room for, and only for that."""
        site = self._sites[name]
        room = site.visited < self._per_site
        room_for_other = room and site.visited_other < _but_a_quarter(self._per_site)
        _place(self._ready_quick, name, stands=bool(site.quick) and room)
        _place(self._ready_other, name, stands=bool(site.other) and room_for_other)
        if not (site.quick or site.other or site.visited):
            del self._sites[name]


def _place(ready: OrderedDict[str, None], name: str, *, stands: bool) -> None:
    if stands:
        ready.setdefault(name)
    else:
        ready.pop(name, None)


def _was_quick(report: PollReport | None) -> bool:
    if report is None or report.outcome is Outcome.FAILED:
        return False
    return report.seconds < QUICK.total_seconds() * (1 + report.new)


def _but_a_quarter(places: int) -> int:
    return places - places // 4
