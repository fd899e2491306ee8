"""Whose turn it is to be visited: many feeds at once, but few of one site. Pure."""

from collections import Counter, defaultdict, deque

from hrwatch import urls
from hrwatch.model.feeds import Feed

# More than requests at once, because many of those that are visited wait for an answer.
FEEDS_AT_ONCE = 32


class Turns:
    """Feeds that wait and feeds that are visited. Of one site so many are visited at once as may
    ask it at once: a site that hangs keeps no other from being read."""

    def __init__(self, per_site: int) -> None:
        self._per_site = per_site
        self._waiting: defaultdict[str, deque[Feed]] = defaultdict(deque)
        self._visited: Counter[str] = Counter()
        self._ready: deque[str] = deque()  # sites that have a feed waiting and room for a visit
        self._known: dict[str, str] = {}  # feeds that wait or are visited, with their site

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def __len__(self) -> int:
        return len(self._known)

    def add(self, feed: Feed) -> None:
        """Let a feed wait for its turn; one that waits or is visited already is not added."""
        if feed.name in self._known:
            return
        site = self._known[feed.name] = urls.site_of(feed.address)
        self._waiting[site].append(feed)
        self._consider(site)

    def take(self) -> Feed | None:
        """Begin the visit of the next feed whose turn it is, and return it; None for none now."""
        if not self._ready or self._visited.total() >= FEEDS_AT_ONCE:
            return None
        site = self._ready.popleft()
        feed = self._waiting[site].popleft()
        self._visited[site] += 1
        self._consider(site)
        return feed

    def leave(self, feed: Feed) -> None:
        """End the visit of a feed."""
        site = self._known.pop(feed.name)
        self._visited[site] -= 1
        self._consider(site)

    def _consider(self, site: str) -> None:
        if not self._waiting[site]:
            del self._waiting[site]
        elif self._visited[site] < self._per_site and site not in self._ready:
            self._ready.append(site)
        if not self._visited[site]:
            del self._visited[site]
