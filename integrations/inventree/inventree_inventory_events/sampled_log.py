"""Logs repeated messages once a minute, with the number of suppressed ones."""

import logging
import time

from . import SLUG

EVERY_SECONDS = 60.0

LOG = logging.getLogger("inventree.inventory_events")


class SampledLog:
    def __init__(self, log=LOG, now=time.monotonic):
        self._log = log
        self._now = now
        self._logged = {}

    def say(self, level, topic, message):
        """Logs at most one line a minute per topic, with the number suppressed since the last."""
        logged_at, suppressed = self._logged.get(topic, (float("-inf"), 0))
        if self._now() - logged_at < EVERY_SECONDS:
            self._logged[topic] = (logged_at, suppressed + 1)
            return
        self._logged[topic] = (self._now(), 0)
        more = f" ({suppressed} similar messages suppressed)" if suppressed else ""
        self._log.log(level, "%s: %s%s", SLUG, message, more)

    def forget(self, topic):
        """Lets the next message of the topic be logged at once. Returns whether any was logged."""
        return self._logged.pop(topic, None) is not None
