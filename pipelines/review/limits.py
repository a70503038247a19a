"""How much is taken from whom: requests a minute and bytes a request."""

from dataclasses import dataclass, field
from threading import Lock

# Beyond so many, whoever has a full bucket is forgotten: a full one limits nobody.
_MOST_KNOWN = 10_000


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one machine takes; `per_second` refills what `burst` empties.

    An office behind one address signs in together in the morning; a form with its
    documents is the largest thing that is sent.
    """

    sign_in_burst: int = 60
    sign_in_per_second: float = 0.5
    burst: int = 120
    per_second: float = 10.0
    most_bytes: int = 64 * 1024 * 1024


@dataclass
class Buckets:
    """A bucket of tokens for each who asks; who has none left waits."""

    burst: int
    per_second: float
    _levels: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def takes(self, who: str, now: float) -> bool:
        """Tell whether one more request of somebody is taken now."""
        with self._lock:
            level = self._level(who, now)
            self._levels[who] = (level - 1 if level >= 1 else level, now)
            if len(self._levels) > _MOST_KNOWN:
                self._forget(now)
            return level >= 1

    def _level(self, who: str, now: float) -> float:
        level, since = self._levels.get(who, (float(self.burst), now))
        return min(self.burst, level + max(now - since, 0) * self.per_second)

    def _forget(self, now: float) -> None:
        full = [w for w in self._levels if self._level(w, now) >= self.burst]
        for who in full or list(self._levels)[: _MOST_KNOWN // 2]:
            del self._levels[who]
