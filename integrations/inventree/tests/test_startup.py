"""A worker's start, without the worker: `test_queue.py` has the real one."""

import pytest
from conftest import spooled, until
from django_q.signals import post_spawn
from inventree_inventory_events import forwarders, startup
from plugin import dispatch


@pytest.fixture
def spawn(monkeypatch):
    monkeypatch.setattr(startup, "RETRY_SECONDS", 0.02)

    def spawn(start):
        monkeypatch.setattr(startup, "_start", start)
        post_spawn.send(sender="django_q", proc_name="Process-1")

    return spawn


def test_tries_until_it_can_read_its_settings(spawn, caplog):
    results = [RuntimeError("the database is away"), False, False, True]
    left = iter(results)
    calls = []

    def start():
        calls.append(next(left))
        if isinstance(calls[-1], Exception):
            raise calls[-1]
        return calls[-1]

    spawn(start)
    until(lambda: len(calls) == 4, "it to start")
    assert "cannot start sending, tries again: RuntimeError: the database is away" in caplog.text


@pytest.mark.parametrize("key", ["GATEWAY_URL", "SPOOL_FOLDER"])
def test_starts_once_the_plugin_is_configured(plugin_with, key):
    plugin = plugin_with()
    value = plugin.stored.pop(key)
    assert not plugin.start_forwarder()
    plugin.stored[key] = value
    assert plugin.start_forwarder()


def test_starts_once_the_plugin_is_active(plugin_with, folder):
    plugin = plugin_with()
    plugin.is_switched_on = False
    assert not plugin.start_forwarder()
    assert not folder.exists()
    plugin.is_switched_on = True
    assert plugin.start_forwarder()


def test_sends_what_is_spooled(plugin_with, gateway, folder, spawn):
    dispatch(plugin_with(GATEWAY_URL="http://127.0.0.1:1"), "a.b", id=1)
    forwarders.stop_all()
    assert len(spooled(folder)) == 1
    spawn(lambda: plugin_with().start_forwarder())
    until(lambda: gateway.taken, "the event to be taken")
