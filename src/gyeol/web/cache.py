"""Pictures that may be asked for again: in memory, up to a number of bytes, the longest unused one goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable


class Cache:
    """A mapping from anything to bytes.

    Parameters
    ----------
    limit : int
        Bytes of all values together.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._values: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: Hashable) -> bytes | None:
        """Give what was kept under a name, or None."""
        with self._lock:
            value = self._values.get(name)
            if value is not None:
                self._values.move_to_end(name)
            return value

    def put(self, name: Hashable, value: bytes) -> None:
        """Keep a value, unless it alone is larger than the limit."""
        with self._lock:
            old = self._values.pop(name, None)
            self.size -= len(old) if old is not None else 0
            if len(value) > self.limit:
                return
            self._values[name] = value
            self.size += len(value)
            while self.size > self.limit:
                self.size -= len(self._values.popitem(last=False)[1])

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self.size = 0
