"""What the plugin makes of the tasks that InvenTree queues and runs."""

from datetime import datetime, timedelta, timezone

import pytest
from django_q.signals import pre_enqueue, pre_execute
from inventree_inventory_events import SLUG, origin
from inventree_inventory_events.origin import Origin, take_origin, watch_tasks

RAISED = datetime(2026, 1, 15, 10, 30, tzinfo=timezone.utc)
LATER = RAISED + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def no_task():
    origin._thread.task = None


def task(id, at, *args):
    return {"id": id, "name": "four-words", "func": "f", "args": args, "kwargs": {}, "started": at}


def execute(task):
    pre_execute.send(sender="django_q", func=None, task=task)


def enqueue(task):
    pre_enqueue.send(sender="django_q", task=task)
    return task


def test_is_the_task_that_raised_the_event():
    execute(task("raised", RAISED, "a.b"))
    call = enqueue(task("called", LATER, SLUG, "a.b"))
    execute(task("other", LATER, "x.y"))
    execute(call)
    assert take_origin("a.b") == Origin("raised", RAISED)


def test_is_the_task_that_calls_the_plugin_if_no_other_is_known():
    call = enqueue(task("called", LATER, SLUG, "a.b"))
    execute(call)
    assert take_origin("a.b") == Origin("called", LATER)


def test_is_none_without_a_task_of_this_call():
    assert take_origin("a.b") is None
    execute(task("called", LATER, SLUG, "a.b"))
    assert take_origin("c.d") is None
    assert take_origin("a.b") == Origin("called", LATER)
    assert take_origin("a.b") is None


def test_leaves_the_tasks_of_others_alone():
    execute(task("raised", RAISED, "a.b"))
    for args in ((), ("a.b",), ("another-plugin", "a.b"), (SLUG, "c.d"), (SLUG,)):
        other = task("other", LATER, *args)
        assert enqueue(dict(other)) == other


class Rude:
    def __eq__(self, other):
        raise ValueError("ambiguous")


@pytest.mark.parametrize("args", [(), (Rude(),), (SLUG, Rude()), (Rude(), Rude()), (None, 1)])
def test_never_raises_since_that_would_end_the_worker(args):
    odd = task("odd", LATER, *args)
    execute(odd)
    enqueue(task("called", LATER, SLUG, "a.b"))
    enqueue(odd)
    assert take_origin("a.b") is None
    no_args = {"id": "x", "started": LATER}
    execute(no_args)
    enqueue(no_args)
    assert take_origin("a.b") is None


def test_a_reloaded_plugin_does_not_watch_twice():
    before = len(pre_execute.receivers), len(pre_enqueue.receivers)
    watch_tasks()
    assert (len(pre_execute.receivers), len(pre_enqueue.receivers)) == before
