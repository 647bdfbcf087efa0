"""Locks between processes that share a folder."""

import fcntl
import os
from contextlib import contextmanager

_held = set()


@contextmanager
def locked(path, wait=True):
    """Holds the lock of a file. Yields whether it was acquired; always true with `wait`."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    _held.add(handle)
    try:
        yield _lock(handle, wait)
    finally:
        _held.discard(handle)
        os.close(handle)


def _lock(handle, wait):
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        return True
    except BlockingIOError:
        return False


def _release_in_child():
    # A forked child inherits the parent's locks and would hold them after the parent's death.
    for handle in _held:
        os.close(handle)
    _held.clear()


os.register_at_fork(after_in_child=_release_in_child)
