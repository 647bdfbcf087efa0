"""Assigns the id and time of an event."""

import os
import threading
import time
import uuid
from datetime import datetime, timezone

from .to_json import to_json

SEQUENCE_MAX = 0xFFF


class Mint:
    """Ids are version 7 UUIDs that increase within the process, in the order of the events."""

    def __init__(self, now_ms=lambda: time.time_ns() // 1_000_000, random_bytes=os.urandom):
        self._now_ms = now_ms
        self._random_bytes = random_bytes
        self._guard = threading.Lock()
        self._last_ms = 0
        self._sequence = 0

    def event(self, name, args, kwargs):
        """Returns the event in the gateway's format: {event, args, kwargs, id, time}."""
        ms, sequence = self._next()
        return {
            "event": str(to_json(name)),
            "args": to_json(list(args)),
            "kwargs": to_json(kwargs),
            "id": _uuid7(ms, sequence, self._random_bytes(8)),
            "time": _rfc3339(ms),
        }

    def _next(self):
        with self._guard:
            now_ms = self._now_ms()
            if now_ms > self._last_ms:
                self._last_ms, self._sequence = now_ms, 0
            elif self._sequence < SEQUENCE_MAX:
                self._sequence += 1
            else:
                self._last_ms, self._sequence = self._last_ms + 1, 0
            return self._last_ms, self._sequence


def _uuid7(ms, sequence, random):
    low = int.from_bytes(random, "big") & (2**62 - 1)
    return str(uuid.UUID(int=ms << 80 | 7 << 76 | sequence << 64 | 2 << 62 | low))


def _rfc3339(ms):
    moment = datetime.fromtimestamp(ms // 1000, timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03}Z"
