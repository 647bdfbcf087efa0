"""Assigns the id and time of an event."""

import hashlib
import os
import threading
import time
import uuid
from datetime import datetime, timezone

from .to_json import to_json


class Mint:
    """Ids are version 7 UUIDs, in the order of the events' times.

    With an origin, id and time are those of its task: the same on each call. Without, they are
    made now, and increase within the process.
    """

    def __init__(self, now_us=lambda: time.time_ns() // 1000, random_bytes=os.urandom):
        self._now_us = now_us
        self._random_bytes = random_bytes
        self._guard = threading.Lock()
        self._last_us = 0

    def event(self, name, args, kwargs, origin=None):
        """Returns the event in the gateway's format: {event, args, kwargs, id, time}."""
        us, unique = self._made_now() if origin is None else _made_from(origin)
        return {
            "event": str(to_json(name)),
            "args": to_json(list(args)),
            "kwargs": to_json(kwargs),
            "id": _uuid7(us, unique),
            "time": _rfc3339(us),
        }

    def _made_now(self):
        with self._guard:
            self._last_us = max(self._now_us(), self._last_us + 1)
            return self._last_us, self._random_bytes(8)


def _made_from(origin):
    unique = hashlib.sha256(origin.task_id.encode()).digest()[:8]
    return round(origin.raised_at.timestamp() * 1_000_000), unique


def _uuid7(us, unique):
    ms, rest_us = divmod(us, 1000)
    # RFC 9562, method 3: the 12 bits after the version are the fraction of the millisecond.
    fraction = rest_us * 4096 // 1000
    low = int.from_bytes(unique, "big") & (2**62 - 1)
    return str(uuid.UUID(int=ms << 80 | 7 << 76 | fraction << 64 | 2 << 62 | low))


def _rfc3339(us):
    moment = datetime.fromtimestamp(us // 1_000_000, timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{us % 1_000_000:06}Z"
