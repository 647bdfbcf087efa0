"""Events that the gateway will never accept, kept for inspection."""

import json
import os
from pathlib import Path

from .file_lock import locked

MOST_BYTES = 10 * 1024 * 1024


class Rejects:
    """`rejects.jsonl`, one event per line; when full it replaces `rejects.1.jsonl`."""

    def __init__(self, folder, most_bytes=MOST_BYTES):
        self.path = Path(folder) / "rejects.jsonl"
        self._older = Path(folder) / "rejects.1.jsonl"
        self._lock = Path(folder) / "rejects.lock"
        self._most_bytes = most_bytes

    def add(self, why, event, at):
        """`event` is the event, or the file's text if it can't be parsed; `at` an RFC 3339 time."""
        line = json.dumps({"at": at, "why": why, "event": event}) + "\n"
        with locked(self._lock):
            if self.path.exists() and self.path.stat().st_size + len(line) > self._most_bytes:
                os.replace(self.path, self._older)
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
