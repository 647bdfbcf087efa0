"""Where an event comes from: the task of InvenTree's queue that was created when it was raised.

InvenTree raises an event by queueing a task (django-q2). The worker that runs it queues another
one per plugin, which calls `process_event`. The plugin sees neither, but the queue's signals do.
A task keeps its id and time when it is retried.
"""

import threading
from dataclasses import dataclass
from datetime import datetime

from django_q.signals import pre_enqueue, pre_execute

from . import SLUG

# In the task that calls the plugin. Plain values: InvenTree must read it without this package.
KEY = "inventory_events_origin"

_thread = threading.local()


@dataclass(frozen=True)
class Origin:
    task_id: str
    raised_at: datetime


def watch_tasks():
    """Has no effect when called again, as when InvenTree reloads the plugin."""
    pre_execute.connect(_on_execute, dispatch_uid=f"{__name__}.execute")
    pre_enqueue.connect(_on_enqueue, dispatch_uid=f"{__name__}.enqueue")


def take_origin(event):
    """The origin of the call of `process_event` that is under way; None if no task makes it.

    A task is taken once: of the signals that all releases of django-q2 have, none comes when it ends.
    """
    task = getattr(_thread, "task", None)
    if task is None or not _calls_plugin(task, event):
        return None
    _thread.task = None
    return Origin(*_origin(task))


# A receiver that raises would end the worker, or keep an event from the queue.


def _on_execute(task, **_):
    _thread.task = task


def _on_enqueue(task, **_):
    running = getattr(_thread, "task", None)
    if running is not None and _calls_plugin(task, _text(running, 0)):
        task[KEY] = _origin(running)


def _origin(task):
    return task.get(KEY, (task["id"], task["started"]))


def _calls_plugin(task, event):
    return event is not None and _text(task, 0) == SLUG and _text(task, 1) == event


def _text(task, index):
    """An argument of the task if it is text; only text is compared, since others may raise."""
    args = task.get("args") or ()
    return args[index] if len(args) > index and isinstance(args[index], str) else None
