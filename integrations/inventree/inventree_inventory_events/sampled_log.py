"""Says what happens again and again once in a while, with how often it has."""

import logging
import time

EVERY_SECONDS = 60.0

LOG = logging.getLogger("inventree.inventory_events")


class SampledLog:
    def __init__(self, log=LOG, now=time.monotonic):
        self._log = log
        self._now = now
        self._said = {}

    def say(self, level, topic, message):
        """One line a minute for each topic; a line tells how many of its topic came before it."""
        said_at, unsaid = self._said.get(topic, (float("-inf"), 0))
        if self._now() - said_at < EVERY_SECONDS:
            self._said[topic] = (said_at, unsaid + 1)
            return
        self._said[topic] = (self._now(), 0)
        more = f" ({unsaid} more like it since the last line)" if unsaid else ""
        self._log.log(level, "%s%s", message, more)

    def forget(self, topic):
        """The next of the topic is said at once. Answers whether any was said."""
        return self._said.pop(topic, None) is not None
