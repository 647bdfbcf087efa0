"""The forwarders of this process, one for a folder, whatever becomes of instances of the plugin."""

import os
import threading

from .forwarder import Forwarder

_forwarders = {}
_guard = threading.Lock()


def forwarder_of(folder, read_settings):
    """The forwarder of a folder, started when it is first asked for. The newest reader counts."""
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


def _start_anew_in_child():
    # Threads don't outlive a fork: the child makes forwarders of its own.
    global _guard
    _guard = threading.Lock()
    _forwarders.clear()


os.register_at_fork(after_in_child=_start_anew_in_child)
