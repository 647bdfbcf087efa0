"""A stand-in for InvenTree's `plugin` package: the parts of its interface that the plugin uses.

InvenTree's server cannot be installed as a package, so this has the same names and signatures.
"""

import json
import os
import pickle


class InvenTreePlugin:
    NAME = ""
    SLUG = None

    def __init__(self):
        self.mixins = []
        self.is_switched_on = True
        # The stored settings by key; a value may be an exception, which reading it raises.
        self.stored = json.loads(os.environ.get("TEST_PLUGIN_SETTINGS", "{}"))

    def add_mixin(self, key, fnc_enabled=True, cls=None):
        self.mixins.append(key)

    def is_active(self):
        return self.is_switched_on


def dispatch(plugin, event, *args, **kwargs):
    """Filters and calls a plugin like the worker: its arguments have been pickled by the queue."""
    args, kwargs = pickle.loads(pickle.dumps((args, kwargs)))
    event = str(event).strip()
    if plugin.is_active() and plugin.wants_process_event(event):
        plugin.process_event(event, *args, **kwargs)
