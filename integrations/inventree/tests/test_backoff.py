from inventree_inventory_events.deliver import Hold
from inventree_inventory_events.backoff import wait_seconds


def test_waits_grow_to_a_limit_and_differ_between_processes(monkeypatch):
    monkeypatch.setattr("inventree_inventory_events.backoff.FIRST_SECONDS", 0.5)
    monkeypatch.setattr("inventree_inventory_events.backoff.LONGEST_SECONDS", 60)
    hold = Hold("away")
    assert [wait_seconds(n, hold, lambda: 0) for n in (1, 2, 3, 8, 10_000)] == [0.5, 1, 2, 60, 60]
    assert wait_seconds(3, hold, lambda: 1) == 1
    assert wait_seconds(1, Hold("token", is_refusal=True), lambda: 0) == 60


def test_waits_as_retry_after_says_up_to_a_limit():
    assert wait_seconds(1, Hold("full", retry_after_seconds=7), lambda: 0) == 7
    assert wait_seconds(1, Hold("full", retry_after_seconds=1e9), lambda: 0) == 300
