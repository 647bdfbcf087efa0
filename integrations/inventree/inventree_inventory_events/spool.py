"""Stores events on disk, one file each, in a folder that several processes may share."""

import heapq
import json
import os
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from .file_lock import locked

COUNT_SECONDS = 1.0
HALF_WRITTEN_SECONDS = 3600.0


@dataclass(frozen=True)
class Spooled:
    """`event` is None if the file is not a valid event, for example after a power cut."""

    path: Path
    text: str
    event: "dict | None"

    def remove(self):
        self.path.unlink(missing_ok=True)


class Spool:
    def __init__(self, folder, now=time.monotonic):
        self.folder = Path(folder)
        self._events = self.folder / "events"
        self._now = now
        self._count = 0
        self._counted_at = float("-inf")
        self._make_folder()
        self._remove_half_written()

    def add(self, event, most):
        """Writes the event. Returns False if there are `most` events already."""
        # An operator may have deleted the folder to clear the spool.
        self._make_folder()
        if self._known_count() >= most:
            return False
        # A name of its own: a retry has the same id, and meets what a killed worker has left.
        hidden = self._events / f".{uuid.uuid4()}"
        try:
            _write_through(hidden, json.dumps(event, allow_nan=False))
            os.replace(hidden, self._events / f"{event['id']}.json")
        except BaseException:
            hidden.unlink(missing_ok=True)
            raise
        _flush_folder(self._events)
        self._count += 1
        return True

    def oldest(self, most, most_bytes):
        """The first events by id, limited by number and size; at least one if there is any."""
        found, size = [], 0
        for name in heapq.nsmallest(most, self._names()):
            each = _read(self._events / name)
            if each is None:
                continue
            size += len(each.text)
            if found and size > most_bytes:
                break
            found.append(each)
        return found

    def is_empty(self):
        return not any(self._names())

    def count_dropped(self):
        """Counts a dropped event. Returns the total over all processes and restarts."""
        path = self.folder / "dropped"
        with locked(self.folder / "dropped.lock"):
            before = path.read_text() if path.exists() else ""
            total = (int(before) if before.isdigit() else 0) + 1
            path.write_text(str(total))
        return total

    def _make_folder(self):
        self._events.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _known_count(self):
        """Cached for a second, so other processes may add events beyond the limit."""
        if self._now() - self._counted_at >= COUNT_SECONDS:
            self._count = sum(1 for _ in self._names())
            self._counted_at = self._now()
        return self._count

    def _names(self):
        with os.scandir(self._events) as entries:
            yield from (entry.name for entry in entries if entry.name.endswith(".json"))

    def _remove_half_written(self):
        for path in self._events.glob(".*"):
            try:
                if time.time() - path.stat().st_mtime > HALF_WRITTEN_SECONDS:
                    path.unlink()
            except FileNotFoundError:
                pass


def _write_through(path, text):
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder):
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path):
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    try:
        event = json.loads(text)
    except ValueError:
        event = None
    return Spooled(path, text, event if isinstance(event, dict) else None)
