"""Starts the forwarder with each worker, so that spooled events do not wait for the next event.

InvenTree replaces a worker after 500 tasks, a time-out or a crash.
"""

import logging
import threading
import time

from django_q.signals import post_spawn

from .sampled_log import SampledLog

RETRY_SECONDS = 10.0

_start = None


def start_with_workers(start):
    """`start` returns whether the forwarder runs, and is called until then.

    When InvenTree reloads the plugin, the new `start` replaces the old one.
    """
    global _start
    _start = start
    post_spawn.connect(_on_spawn, dispatch_uid=__name__)


def _on_spawn(**_):
    # In a thread: a slow database must not delay the worker's tasks.
    name = "inventory-events-startup"
    threading.Thread(target=_start_eventually, name=name, daemon=True).start()


def _start_eventually():
    log = SampledLog()
    while not _is_started(log):
        time.sleep(RETRY_SECONDS)


def _is_started(log):
    try:
        return _start()
    except Exception as error:
        message = f"cannot start sending, tries again: {type(error).__name__}: {error}"
        log.say(logging.ERROR, "startup", message)
        return False
