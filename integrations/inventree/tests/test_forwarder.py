from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

import pytest
from conftest import spooled, until
from inventree_inventory_events import forwarder as module
from inventree_inventory_events.file_lock import locked
from inventree_inventory_events.forwarder import Forwarder
from inventree_inventory_events.origin import Origin
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


def test_sends_in_the_order_in_which_events_were_raised_not_accepted(plugin_with, gateway, folder):
    settings = read_settings(plugin_with().get_setting)
    raised = datetime(2026, 1, 15, tzinfo=timezone.utc)
    sender = Forwarder(folder, lambda: settings)
    for second in (2, 1, 3):
        origin = Origin(f"{9 - second}", raised + timedelta(seconds=second))
        sender.take(settings, "a.b", (), {"id": second}, origin)
    sender.start()
    until(lambda: len(gateway.taken) == 3, "three events")
    sender.stop()
    assert [event["kwargs"]["id"] for event in gateway.taken] == [1, 2, 3]
