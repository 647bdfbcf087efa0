import json
import logging
from decimal import Decimal
from importlib.metadata import entry_points, metadata

import pytest
from conftest import rejects, spooled, until
from django.core.exceptions import ValidationError
from inventree_inventory_events import plugin as module
from inventree_inventory_events.settings import SETTINGS
from plugin import InvenTreePlugin, dispatch


def test_is_found_by_its_entry_point():
    (found,) = entry_points(group="inventree_plugins")
    assert issubclass(found.load(), InvenTreePlugin)
    assert metadata("inventree_inventory_events")["Version"] == found.load().VERSION


def test_registers_both_mixins(plugin_with):
    assert set(plugin_with().mixins) == {"events", "settings"}


def test_forwards_an_event(plugin_with, gateway, folder):
    dispatch(plugin_with(), "stockitem.moved", id=1, quantity=Decimal("2.50000"), old_location=None)
    until(lambda: gateway.taken, "the event to be taken")
    (event,) = gateway.taken
    assert event["kwargs"] == {"id": 1, "quantity": 2.5, "old_location": None}
    assert (event["event"], event["args"]) == ("stockitem.moved", [])
    until(lambda: not spooled(folder), "the spool to be empty")


@pytest.mark.parametrize(
    ("patterns", "wanted"),
    [
        ("*", ["part_part.saved", "build.issued", "plugins_loaded"]),
        ("stockitem.*, build.issued", ["build.issued"]),
        ("*.saved", ["part_part.saved"]),
        ("", []),
    ],
)
def test_wants_by_name(plugin_with, patterns, wanted):
    plugin = plugin_with(EVENTS=patterns)
    names = ["part_part.saved", "build.issued", "plugins_loaded"]
    assert [name for name in names if plugin.wants_process_event(name)] == wanted


@pytest.mark.parametrize("key", ["GATEWAY_URL", "SPOOL_FOLDER"])
def test_accepts_nothing_until_it_is_configured_and_logs_it(plugin_with, caplog, key):
    plugin = plugin_with(**{key: ""})
    assert not plugin.wants_process_event("a.b")
    assert not plugin.wants_process_event("a.b")
    assert caplog.text.count("forwarding is disabled") == 1


def test_its_filter_never_raises(plugin_with, folder):
    plugin = plugin_with(GATEWAY_URL=RuntimeError("the database is away"))
    assert plugin.wants_process_event("a.b")
    with pytest.raises(RuntimeError, match="database"):
        plugin.process_event("a.b")


def test_reads_settings_again_after_a_while(plugin_with, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    plugin = plugin_with(EVENTS="a.*")
    assert plugin.wants_process_event("a.b")
    plugin.stored["EVENTS"] = "c.*"
    assert plugin.wants_process_event("a.b")
    now[0] = 10.0
    assert not plugin.wants_process_event("a.b")


def test_drops_the_newest_when_the_spool_is_full_counted_and_logged(plugin_with, folder, caplog):
    plugin = plugin_with(GATEWAY_URL="http://127.0.0.1:1", SPOOL_MAX_EVENTS=3)
    for number in range(5):
        dispatch(plugin, "a.b", id=number)
    kept = [json.loads((folder / "events" / f"{id}.json").read_text()) for id in spooled(folder)]
    assert [event["kwargs"]["id"] for event in kept] == [0, 1, 2]
    assert (folder / "dropped").read_text() == "2"
    assert "the spool is full (3 events): new events are dropped, 1 so far" in caplog.text


def test_raises_if_it_cannot_write_so_that_the_worker_retries(plugin_with, folder):
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("a file where the folder should be")
    with pytest.raises(OSError):
        plugin_with().process_event("a.b")


def test_sets_aside_an_event_above_the_limit(plugin_with, folder):
    dispatch(plugin_with(), "a.b", text="x" * 300_000)
    (found,) = rejects(folder)
    assert found["event"]["event"] == "a.b"
    assert "too large" in found["why"]
    assert spooled(folder) == []


def test_an_inactive_plugin_stops_sending(plugin_with, gateway, folder, monkeypatch):
    gateway.answers = [(503, {}, {})] * 1000
    plugin = plugin_with()
    dispatch(plugin, "a.b")
    until(lambda: gateway.requests, "a first try")
    asked_at = []

    def is_active():
        asked_at.append(len(gateway.requests))
        return False

    monkeypatch.setattr(plugin, "is_active", is_active)
    until(lambda: len(asked_at) >= 3, "it to be asked three times")
    assert len(set(asked_at)) == 1
    gateway.answers = []
    monkeypatch.setattr(plugin, "is_active", lambda: True)
    until(lambda: spooled(folder) == [], "the spool to be empty")


def test_the_newest_instance_says_where_to_send(plugin_with, gateway, folder):
    dispatch(plugin_with(GATEWAY_TOKEN="wrong"), "a.b")
    until(lambda: gateway.requests, "a refusal")
    plugin_with().wants_process_event("c.d")
    until(lambda: spooled(folder) == [], "the spool to be empty")


def test_numbers_have_limits():
    for key in ("BATCH_SIZE", "TIMEOUT", "SPOOL_MAX_EVENTS"):
        kind, *validators = SETTINGS[key]["validator"]
        assert kind is int
        for validator in validators:
            validator(SETTINGS[key]["default"])
        with pytest.raises(ValidationError):
            [validator(0) for validator in validators]


def test_the_token_is_protected_and_never_logged(plugin_with, gateway, caplog):
    assert SETTINGS["GATEWAY_TOKEN"]["protected"]
    caplog.set_level(logging.DEBUG)
    dispatch(plugin_with(GATEWAY_TOKEN="secret-9", GATEWAY_URL=gateway.url), "a.b")
    until(lambda: "401" in caplog.text, "the refusal to be logged")
    assert "secret-9" not in caplog.text
