import os
from pathlib import Path

import pytest
from inventree_inventory_events.spool import Spool


def event(number):
    return {"id": f"id-{number:03}", "event": "a.b"}


def test_returns_the_oldest_up_to_a_number_and_a_size(folder):
    spool = Spool(folder)
    for number in (3, 1, 2):
        assert spool.add(event(number), most=10)
    assert [each.event["id"] for each in spool.oldest(2, 1000)] == ["id-001", "id-002"]
    assert len(spool.oldest(3, 1)) == 1
    assert not spool.is_empty()
    for each in spool.oldest(3, 1000):
        each.remove()
    assert spool.is_empty()


def test_is_full_at_its_limit_and_counts_events_of_other_processes(folder):
    now = [0.0]
    spool, other = Spool(folder, now=lambda: now[0]), Spool(folder)
    assert spool.add(event(1), most=3)
    assert other.add(event(2), most=3)
    assert other.add(event(3), most=3)
    now[0] = 1.0
    assert not spool.add(event(4), most=3)
    spool.oldest(1, 1000)[0].remove()
    now[0] = 2.0
    assert spool.add(event(4), most=3)


def test_leaves_no_partial_file(folder, monkeypatch):
    spool = Spool(folder)

    def fail(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        spool.add(event(1), most=3)
    assert os.listdir(folder / "events") == []


def test_removes_leftovers_of_a_crash_but_not_files_being_written(folder):
    Spool(folder)
    left, fresh = folder / "events" / ".left", folder / "events" / ".fresh"
    left.write_text("{")
    fresh.write_text("{")
    os.utime(left, (0, 0))
    assert Spool(folder).is_empty()
    assert [left.exists(), fresh.exists()] == [False, True]


def test_counts_drops_over_restarts(folder):
    assert [Spool(folder).count_dropped() for _ in range(3)] == [1, 2, 3]
    (folder / "dropped").write_text("")
    assert Spool(folder).count_dropped() == 1


def test_recreates_a_removed_folder(folder):
    spool = Spool(folder)
    (folder / "events").rmdir()
    folder.rmdir()
    assert spool.add(event(1), most=3)
    assert [each.event for each in spool.oldest(3, 1000)] == [event(1)]


def test_an_event_that_a_killed_worker_was_writing_is_spooled_by_the_retry(folder, monkeypatch):
    spool, unlink, replace = Spool(folder), Path.unlink, os.replace

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killed)
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)
    with pytest.raises(KeyboardInterrupt):
        spool.add(event(1), most=3)
    assert len(os.listdir(folder / "events")) == 1
    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(Path, "unlink", unlink)
    assert spool.add(event(1), most=3)
    assert [each.event for each in spool.oldest(3, 1000)] == [event(1)]
