"""Tests against a real server that fails, hangs, refuses and restarts."""

import json
import socket
import threading
import time

import pytest
from conftest import rejects, spooled, until
from fake_gateway import TOKEN, FakeGateway
from inventree_inventory_events.post import NoAnswer, post_events
from plugin import dispatch


FOREIGN_RESPONSES = [
    (200, {}, {}),
    (202, {}, {"ids": ["another"]}),
    (302, {"Location": "/x"}, {}),
    (400, {}, "a plain request to a port with TLS"),
    (403, {}, {}),
]


def trigger(plugin, count, name="a.b", first=0):
    for number in range(first, first + count):
        dispatch(plugin, name, id=number)


def numbers(events):
    return [event["kwargs"]["id"] for event in events]


def test_sends_in_batches_in_order(plugin_with, gateway, folder):
    answer_to, gateway.answer_to = gateway.answer_to, lambda *_: (503, {}, {})
    trigger(plugin_with(BATCH_SIZE=10), 35)
    gateway.answer_to = answer_to
    until(lambda: len(gateway.taken) == 35, "35 events")
    assert numbers(gateway.taken) == list(range(35))
    assert max(len(request) for request in gateway.requests) == 10
    until(lambda: spooled(folder) == [], "the spool to be empty")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_resends_the_same_after(plugin_with, gateway, status):
    gateway.answers = [(status, {}, {})] * 3
    trigger(plugin_with(), 1)
    until(lambda: gateway.taken, "the event to be taken")
    assert gateway.requests[0][0] == gateway.requests[3][0] == gateway.taken[0]
    assert len(gateway.requests) == 4


def test_waits_as_retry_after_says(plugin_with, gateway):
    gateway.answers = [(503, {"Retry-After": "1"}, {})]
    started = time.monotonic()
    trigger(plugin_with(), 1)
    until(lambda: gateway.taken, "the event to be taken")
    assert time.monotonic() - started >= 1


def test_resends_the_same_after_no_response(plugin_with, gateway):
    gateway.answers = [1.5]
    trigger(plugin_with(TIMEOUT=1), 1)
    until(lambda: len(gateway.taken) == 2, "the late one and the second one")
    assert gateway.taken[0] == gateway.taken[1]


@pytest.mark.parametrize("answer", FOREIGN_RESPONSES)
def test_does_not_take_a_foreign_response_for_the_gateway_s(plugin_with, gateway, folder, answer):
    gateway.answers = [answer] * 2
    trigger(plugin_with(), 1)
    until(lambda: gateway.taken, "the event to be taken")
    assert gateway.requests[0] == gateway.requests[2]
    assert rejects(folder) == []


def test_is_held_by_a_wrong_token_until_it_is_fixed(plugin_with, gateway, folder, caplog):
    # InvenTree's default level.
    caplog.set_level("WARNING")
    plugin = plugin_with(GATEWAY_TOKEN="wrong")
    trigger(plugin, 3)
    until(lambda: len(gateway.requests) >= 3, "tries")
    assert len(spooled(folder)) == 3
    assert caplog.text.count("401: GATEWAY_TOKEN is wrong") == 1
    plugin.stored["GATEWAY_TOKEN"] = TOKEN
    until(lambda: spooled(folder) == [], "the spool to be empty")
    assert numbers(gateway.taken) == [0, 1, 2]
    until(lambda: "accepts events again" in caplog.text, "the log line")
    assert rejects(folder) == []


def test_is_held_by_a_wrong_url(plugin_with, gateway, folder):
    plugin = plugin_with(GATEWAY_URL=f"{gateway.url}/elsewhere")
    trigger(plugin, 2)
    until(lambda: len(gateway.requests) >= 2, "tries")
    assert (rejects(folder), len(spooled(folder))) == ([], 2)
    plugin.stored["GATEWAY_URL"] = gateway.url
    until(lambda: len(gateway.taken) == 2, "both events")


def test_sets_aside_invalid_events_and_sends_the_rest(plugin_with, gateway, folder, caplog):
    plugin = plugin_with()
    gateway.answers = [(503, {}, {})]
    trigger(plugin, 3)
    trigger(plugin, 2, name="bad.one", first=3)
    trigger(plugin, 3, first=5)
    until(lambda: spooled(folder) == [], "the spool to be empty")
    assert numbers(gateway.taken) == [0, 1, 2, 5, 6, 7]
    found = rejects(folder)
    assert numbers(each["event"] for each in found) == [3, 4]
    assert found[0]["why"] == "422: event: expected a good event, got bad.one"
    assert "set aside" in caplog.text


def test_finds_a_too_large_event_by_bisection(plugin_with, gateway, folder):
    def answer_to(path, token, events):
        if 5 in numbers(events):
            return 413, {}, {"detail": "too large"}
        gateway.taken += events
        return 202, {}, {"ids": [event["id"] for event in events]}

    gateway.answer_to = lambda *_: (503, {}, {})
    plugin = plugin_with()
    trigger(plugin, 8)
    gateway.answer_to = answer_to
    until(lambda: spooled(folder) == [], "the spool to be empty")
    assert sorted(numbers(gateway.taken)) == [0, 1, 2, 3, 4, 6, 7]
    assert numbers(each["event"] for each in rejects(folder)) == [5]


def test_sets_aside_a_file_that_holds_no_event(plugin_with, gateway, folder):
    (folder / "events").mkdir(parents=True)
    (folder / "events" / "0.json").write_text("")
    trigger(plugin_with(), 1)
    until(lambda: spooled(folder) == [], "the spool to be empty")
    assert [each["why"] for each in rejects(folder)] == ["not readable"]
    assert len(gateway.taken) == 1


def test_keeps_events_while_the_gateway_is_unavailable(plugin_with, gateway, folder, caplog):
    gateway.stop()
    plugin = plugin_with()
    trigger(plugin, 20)
    until(lambda: "no response" in caplog.text, "a failure to be logged")
    assert len(spooled(folder)) == 20
    again = FakeGateway(port=gateway.port)
    try:
        until(lambda: len(again.taken) == 20, "20 events")
        assert numbers(again.taken) == list(range(20))
    finally:
        again.stop()


def test_accepting_an_event_does_not_wait_for_the_server(plugin_with, gateway, folder):
    gateway.answers = [30]
    plugin = plugin_with(TIMEOUT=60)
    trigger(plugin, 1)
    until(lambda: gateway.requests, "a request to hang")
    started = time.monotonic()
    trigger(plugin, 50, first=1)
    assert time.monotonic() - started < 10
    assert len(spooled(folder)) == 51
    gateway.stop()


def test_a_dripping_server_is_cut_off():
    listener = socket.create_server(("127.0.0.1", 0))
    try:
        port = listener.getsockname()[1]
        dripping = Drip(listener)
        with pytest.raises(NoAnswer):
            post_events([], f"http://127.0.0.1:{port}", "t", 1)
        assert dripping.count < 50
    finally:
        listener.close()


class Drip:
    """Sends a header that never ends, a byte every 100 ms."""

    def __init__(self, listener):
        self.count = 0
        threading.Thread(target=self._run, args=[listener], daemon=True).start()

    def _run(self, listener):
        connection, _ = listener.accept()
        with connection:
            try:
                connection.sendall(b"HTTP/1.1 202 OK\r\nX: ")
                while True:
                    connection.sendall(b"x")
                    self.count += 1
                    time.sleep(0.1)
            except OSError:
                pass


NO_URLS = ["gateway:8090", "ftp://gateway", "http://", "http://user:secret@gateway"]


@pytest.mark.parametrize("url", NO_URLS)
def test_rejects_an_invalid_url_without_repeating_it(url):
    with pytest.raises(ValueError, match="GATEWAY_URL: expected") as refused:
        post_events([], url, "t", 1)
    assert "secret" not in str(refused.value)


def test_the_request_is_json(gateway):
    answer = post_events([{"event": "a.b", "id": "1"}], f"{gateway.url}/", TOKEN, 5)
    assert answer.status == 202
    assert json.loads(answer.body) == {"ids": ["1"]}
