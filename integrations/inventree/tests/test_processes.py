"""Several worker processes share a spool, are killed and restart."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import spooled, until
from fake_gateway import TOKEN, FakeGateway

WORKER = Path(__file__).with_name("forward.py")
AWAY = "http://127.0.0.1:1"


@pytest.fixture
def start(folder):
    workers = []

    def start(url, events, ends):
        settings = {"GATEWAY_URL": url, "GATEWAY_TOKEN": TOKEN, "SPOOL_FOLDER": str(folder)}
        path = os.pathsep.join(sys.path)
        worker = subprocess.Popen(
            [sys.executable, str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        workers.append(worker)
        worker.stdin.write(json.dumps({"settings": settings, "events": events, "ends": ends}))
        worker.stdin.close()
        return worker

    yield start
    for worker in workers:
        worker.kill()
        worker.wait()


def numbered(first, count):
    return [["a.b", {"id": number}] for number in range(first, first + count)]


def test_the_next_process_sends_what_a_killed_one_has_spooled(start, folder, gateway):
    worker = start(AWAY, numbered(0, 30), "when sent")
    assert worker.stdout.readline() == "handed over\n"
    before = spooled(folder)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert len(before) == 30
    assert start(gateway.url, [], "when sent").wait(60) == 0
    assert [event["id"] for event in gateway.taken] == before


def test_four_processes_send_each_event_once(start, folder, gateway):
    workers = [start(gateway.url, numbered(first, 50), "when sent") for first in (0, 50, 100, 150)]
    assert [worker.wait(120) for worker in workers] == [0, 0, 0, 0]
    assert sorted(event["kwargs"]["id"] for event in gateway.taken) == list(range(200))
    assert spooled(folder) == []


def test_another_process_takes_over_from_a_killed_sender(start, folder, gateway):
    gateway.answers = [60]
    sender = start(gateway.url, numbered(0, 1), "when sent")
    until(lambda: gateway.requests, "the first to send")
    other = start(gateway.url, numbered(1, 5), "when sent")
    assert other.stdout.readline() == "handed over\n"
    assert len(gateway.requests) == 1
    sender.send_signal(signal.SIGKILL)
    assert other.wait(60) == 0
    assert sorted(event["kwargs"]["id"] for event in gateway.taken) == list(range(6))


def test_the_next_process_sends_what_one_that_ends_at_once_has_spooled(start, folder):
    assert start(AWAY, numbered(0, 10), "at once").wait(60) == 0
    again = FakeGateway()
    try:
        assert start(again.url, [], "when sent").wait(60) == 0
        assert [event["kwargs"]["id"] for event in again.taken] == list(range(10))
    finally:
        again.stop()
