"""In the workers of the queue that InvenTree uses, which it recycles and which die."""

import json
import os
import re
import signal
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest
from conftest import spooled, until
from fake_gateway import TOKEN

CLUSTER = Path(__file__).with_name("cluster.py")
RAISE = """
import os, sys, json, django
django.setup()
from plugin.events import trigger_event
for name, kwargs in json.loads(sys.argv[1]):
    trigger_event(name, **kwargs)
"""


class Server:
    """InvenTree's database, and its background worker as processes of their own."""

    def __init__(self, tmp_path, settings, recycle):
        self._log = tmp_path / "worker.log"
        self._env = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "DJANGO_SETTINGS_MODULE": "server_settings",
            "TEST_DATABASE": str(tmp_path / "server.sqlite3"),
            "TEST_RECYCLE": str(recycle),
            "TEST_PLUGIN_SETTINGS": json.dumps(settings),
        }
        self._run("-m", "django", "migrate", "--verbosity", "0")
        self._worker = None

    def start_worker(self):
        with open(self._log, "w") as log:
            self._worker = subprocess.Popen(
                [sys.executable, str(CLUSTER)],
                env=self._env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self):
        if self._worker is not None:
            os.killpg(self._worker.pid, signal.SIGKILL)
            self._worker.wait()
            self._worker = None

    def trigger(self, *events):
        self._run("-c", RAISE, json.dumps(events))

    def log(self):
        return self._log.read_text()

    def _run(self, *args):
        subprocess.run([sys.executable, *args], env=self._env, check=True)


@pytest.fixture
def server_with(tmp_path, folder, gateway):
    servers = []

    def make(recycle=500, **settings):
        settings = {
            "GATEWAY_URL": gateway.url,
            "GATEWAY_TOKEN": TOKEN,
            "SPOOL_FOLDER": str(folder),
            **settings,
        }
        servers.append(Server(tmp_path, settings, recycle))
        return servers[-1]

    yield make
    for server in servers:
        server.stop()


def test_a_recycled_worker_sends_what_is_spooled_without_another_event(
    server_with, gateway, folder
):
    # Each event is two tasks: the worker is replaced when it has spooled the second one.
    server = server_with(recycle=4)
    answer_to, gateway.answer_to = gateway.answer_to, lambda *_: (503, {}, {})
    server.start_worker()
    server.trigger(["a.b", {"id": 1}], ["a.b", {"id": 2}])
    until(lambda: "recycled worker" in server.log(), "the worker to be recycled")
    assert len(spooled(folder)) == 2
    gateway.answer_to = answer_to
    until(lambda: spooled(folder) == [], "the spool to be empty")
    assert [event["kwargs"]["id"] for event in gateway.taken] == [1, 2]


def test_a_worker_that_starts_sends_what_is_spooled_without_an_event(server_with, gateway, folder):
    (folder / "events").mkdir(parents=True)
    event = {"event": "a.b", "args": [], "kwargs": {}, "id": "1", "time": "2026-01-15T10:30:00Z"}
    (folder / "events" / "1.json").write_text(json.dumps(event))
    server_with().start_worker()
    until(lambda: gateway.taken == [event], "the event to be taken")


def test_time_is_when_the_event_was_raised_not_when_the_worker_ran(server_with, gateway):
    server = server_with()
    before = datetime.now(timezone.utc)
    server.trigger(["a.b", {"id": 1}], ["a.b", {"id": 2}])
    after = datetime.now(timezone.utc)
    server.start_worker()
    until(lambda: len(gateway.taken) == 2, "both events")
    times = [event["time"].replace("Z", "+00:00") for event in gateway.taken]
    first, second = map(datetime.fromisoformat, times)
    assert before <= first < second <= after
    assert gateway.taken[0]["id"] < gateway.taken[1]["id"]
    assert re.fullmatch(r"[0-9a-f-]{14}7[0-9a-f-]{21}", gateway.taken[0]["id"])


def test_a_task_that_runs_twice_gives_the_same_event(server_with, gateway, folder):
    server = server_with()
    server.start_worker()
    server.trigger(["worker.dies", {"id": 1}])
    until(lambda: len(gateway.taken) >= 2, "the event of two runs", seconds=60)
    assert gateway.taken[0]["kwargs"] == {"id": 1}
    assert all(event == gateway.taken[0] for event in gateway.taken)
