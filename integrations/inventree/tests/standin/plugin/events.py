"""InvenTree's way of an event, with its own queue: django-q2 and its ORM broker."""

import os

from django.db import transaction
from django_q.tasks import async_task

# The active plugins by slug, filled by whoever loads them.
registry = {}


def trigger_event(event, *args, **kwargs):
    async_task(register_event, event, *args, group="plugin", **kwargs)


def register_event(event, *args, **kwargs):
    with transaction.atomic():
        for slug, plugin in registry.items():
            if plugin.is_active() and plugin.wants_process_event(event):
                async_task(process_event, slug, event, *args, group="plugin", **kwargs)


def process_event(slug, event, *args, **kwargs):
    registry[slug].process_event(event, *args, **kwargs)
    # A worker that dies between the call and the acknowledgement.
    if event == "worker.dies":
        os._exit(1)
