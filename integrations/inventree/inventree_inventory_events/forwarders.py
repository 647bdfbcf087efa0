"""The forwarders of this process, one per folder; they outlive instances of the plugin."""

import os
import threading

from .forwarder import Forwarder

_forwarders = {}
_guard = threading.Lock()


def forwarder_of(folder, read_settings):
    """Returns the forwarder of a folder, started on first use. The latest `read_settings` wins."""
    with _guard:
        forwarder = _forwarders.get(folder)
        if forwarder is None:
            forwarder = Forwarder(folder, read_settings)
            forwarder.start()
            _forwarders[folder] = forwarder
        forwarder.read_settings = read_settings
        return forwarder


def stop_all():
    with _guard:
        for forwarder in _forwarders.values():
            forwarder.stop()
        _forwarders.clear()


def _reset_in_child():
    # Threads do not survive a fork: the child creates its own forwarders.
    global _guard
    _guard = threading.Lock()
    _forwarders.clear()


os.register_at_fork(after_in_child=_reset_in_child)
