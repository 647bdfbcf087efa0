import json
import os
import time

import django
import pytest

os.environ["DJANGO_SETTINGS_MODULE"] = "server_settings"
django.setup()

from fake_gateway import TOKEN, FakeGateway  # noqa: E402
from inventree_inventory_events import backoff, forwarder, forwarders  # noqa: E402
from inventree_inventory_events.plugin import InventoryEventsPlugin  # noqa: E402


def until(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def brisk(monkeypatch):
    """Shortens waits from seconds to milliseconds."""
    monkeypatch.setattr(backoff, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(backoff, "LONGEST_SECONDS", 0.05)
    monkeypatch.setattr(forwarder, "BATCH_DELAY_SECONDS", 0.05)
    monkeypatch.setattr(forwarder, "LOOK_SECONDS", 0.05)
    yield
    forwarders.stop_all()


@pytest.fixture
def gateway():
    started = FakeGateway()
    yield started
    started.stop()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "spool"


@pytest.fixture
def plugin_with(gateway, folder):
    """Creates the plugin with settings that override those of the test's gateway."""

    def make(**stored):
        plugin = InventoryEventsPlugin()
        plugin.stored = {
            "GATEWAY_URL": gateway.url,
            "GATEWAY_TOKEN": TOKEN,
            "SPOOL_FOLDER": str(folder),
            **stored,
        }
        return plugin

    return make


def spooled(folder):
    return sorted(path.stem for path in (folder / "events").glob("*.json"))


def rejects(folder):
    path = folder / "rejects.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def pytest_terminal_summary(terminalreporter):
    """Writes the counts to the file in COUNTS_FILE."""
    stats = terminalreporter.stats
    broken = [*stats.get("failed", []), *stats.get("error", [])]
    counts = {
        "passed": len(stats.get("passed", [])),
        "failed": [f"{report.nodeid}\n{report.longreprtext}" for report in broken],
        "skipped": [report.nodeid for report in stats.get("skipped", [])],
    }
    if os.environ.get("COUNTS_FILE"):
        with open(os.environ["COUNTS_FILE"], "w") as file:
            json.dump(counts, file)
