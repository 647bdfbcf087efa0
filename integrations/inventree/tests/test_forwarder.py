from contextlib import contextmanager

import pytest
from conftest import spooled, until
from inventree_inventory_events import forwarder as module
from inventree_inventory_events.file_lock import locked
from inventree_inventory_events.forwarder import Forwarder
from inventree_inventory_events.settings import read_settings
from plugin import dispatch


@pytest.fixture
def tries(monkeypatch):
    """Whether the sender's lock was acquired, one entry per attempt."""
    seen = []

    @contextmanager
    def watched(path, wait=True):
        with locked(path, wait) as is_got:
            seen.append(is_got)
            yield is_got

    monkeypatch.setattr(module, "locked", watched)
    return seen


def test_one_of_those_that_share_a_folder_sends(plugin_with, gateway, folder, tries):
    gateway.answers = [60]
    plugin = plugin_with(TIMEOUT=60)
    dispatch(plugin, "a.b", id=1)
    until(lambda: gateway.requests, "a request to hang")
    other = Forwarder(folder, lambda: read_settings(plugin.get_setting))
    other.start()
    until(lambda: tries.count(False) >= 3, "the other to try three times")
    assert len(gateway.requests) == 1
    gateway.stop()
    other.stop()


def test_reads_no_settings_while_the_spool_is_empty(folder, tries):
    asked = []
    idle = Forwarder(folder, lambda: asked.append("settings"))
    idle.start()
    until(lambda: len(tries) >= 3, "it to look three times")
    idle.stop()
    assert (asked, spooled(folder)) == ([], [])
