"""Writes events to the spool, and sends them in a background thread."""

import json
import logging
import random
import threading
from datetime import datetime, timezone

from .backoff import wait_seconds
from .deliver import Hold, deliver
from .file_lock import locked
from .mint import Mint
from .post import post_events
from .rejects import Rejects
from .sampled_log import SampledLog
from .spool import Spool

BATCH_DELAY_SECONDS = 0.5
LOOK_SECONDS = 2.0
MOST_REQUEST_BYTES = 1024 * 1024
MOST_EVENT_BYTES = 256 * 1024


class Forwarder:
    """One per folder and process. Of the processes that share a folder, one sends at a time.

    `read_settings` returns the current Settings, or None while the plugin is inactive.
    """

    def __init__(self, folder, read_settings, post=post_events, log=None):
        self.read_settings = read_settings
        self._post = post
        self._log = log or SampledLog()
        self._spool = Spool(folder)
        self._rejects = Rejects(folder)
        self._mint = Mint()
        self._stopping = threading.Event()
        self._has_some = threading.Event()
        self._has_batch = threading.Event()
        self._added = 0
        self._thread = threading.Thread(
            target=self._run, name="inventory-events-forwarder", daemon=True
        )

    def start(self):
        self._thread.start()

    def stop(self, timeout_seconds=30.0):
        self._stopping.set()
        self._has_some.set()
        self._has_batch.set()
        self._thread.join(timeout_seconds)

    def take(self, settings, name, args, kwargs, origin=None):
        """Spools the event, sets it aside if too large, or drops it if full. Raises OSError."""
        event = self._mint.event(name, args, kwargs, origin)
        size = len(json.dumps(event))
        if size > MOST_EVENT_BYTES:
            why = f"too large: {size} bytes of {MOST_EVENT_BYTES}"
            return self._reject({**event, "args": [], "kwargs": {}}, why)
        if not self._spool.add(event, settings.spool_max_events):
            return self._drop(settings)
        self._added += 1
        self._has_some.set()
        if self._added >= settings.batch_size:
            self._has_batch.set()
        return None

    def _drop(self, settings):
        total = self._spool.count_dropped()
        full = f"the spool is full ({settings.spool_max_events} events)"
        message = f"{full}: new events are dropped, {total} so far"
        self._log.say(logging.ERROR, "dropped", message)

    def _reject(self, event, why):
        at = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        self._rejects.add(why, event, at.replace("+00:00", "Z"))
        named = f"{event.get('event')} {event.get('id')}" if isinstance(event, dict) else "no event"
        message = f"set aside in {self._rejects.path}: {named}: {why}"
        self._log.say(logging.ERROR, "rejected", message)

    def _run(self):
        while not self._stopping.is_set():
            if self._has_some.wait(LOOK_SECONDS):
                self._has_batch.wait(BATCH_DELAY_SECONDS)
            self._has_some.clear()
            self._has_batch.clear()
            self._added = 0
            try:
                with locked(self._spool.folder / "sender.lock", wait=False) as is_sender:
                    if is_sender:
                        self._send_all()
            except Exception as error:
                message = f"cannot send: {type(error).__name__}: {error}"
                self._log.say(logging.ERROR, "broken", message)
                self._stopping.wait(LOOK_SECONDS)

    def _send_all(self):
        failures = 0
        while not self._stopping.is_set() and not self._spool.is_empty():
            hold = self._send_batch()
            failures = 0 if hold is None else failures + 1
            if hold is not None:
                self._stopping.wait(wait_seconds(failures, hold, random.random))

    def _send_batch(self):
        settings = self.read_settings()
        if settings is None or not settings.is_complete:
            return Hold("the plugin is inactive, or has no GATEWAY_URL", is_refusal=True)
        batch = self._readable(self._spool.oldest(settings.batch_size, MOST_REQUEST_BYTES))
        if not batch:
            return None
        hold = deliver(batch, lambda events: self._request(settings, events), self._set_aside)
        if hold is not None:
            message = f"cannot send to the gateway at {settings.url}: {hold.why}; events are kept"
            self._log.say(logging.WARNING, "held", message)
        elif self._log.forget("held"):
            message = f"the gateway at {settings.url} accepts events again"
            # InvenTree logs nothing below a warning, and whoever saw that must see this.
            self._log.say(logging.WARNING, "sends", message)
            self._log.forget("sends")
        return hold

    def _request(self, settings, events):
        return self._post(events, settings.url, settings.token, settings.timeout_seconds)

    def _readable(self, batch):
        for each in batch:
            if each.event is None:
                self._set_aside(each, "not readable")
        return [each for each in batch if each.event is not None]

    def _set_aside(self, spooled, why):
        self._reject(spooled.text if spooled.event is None else spooled.event, why)
        spooled.remove()
