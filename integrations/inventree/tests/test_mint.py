import uuid
from datetime import datetime, timedelta, timezone

from inventree_inventory_events.mint import Mint
from inventree_inventory_events.origin import Origin

US = 1_768_473_000_123_456
RAISED = datetime(2026, 1, 15, 10, 30, 0, 123456, timezone.utc)


def mint(times):
    left = iter(times)
    return Mint(now_us=lambda: next(left), random_bytes=lambda count: b"\xff" * count)


def test_an_event_has_the_gateway_s_format():
    event = mint([US]).event("stockitem.moved", (1,), {"id": 123})
    assert event == {
        "event": "stockitem.moved",
        "args": [1],
        "kwargs": {"id": 123},
        "id": event["id"],
        "time": "2026-01-15T10:30:00.123456Z",
    }
    id = uuid.UUID(event["id"])
    assert (id.version, id.variant, id.int >> 80) == (7, uuid.RFC_4122, US // 1000)


def test_ids_increase_even_if_the_clock_stands_still_or_goes_back():
    times = [US] * 5000 + [US - 1_000_000, US + 5]
    minting = mint(times)
    ids = [minting.event("a.b", (), {})["id"] for _ in times]
    assert ids == sorted(set(ids))


def test_id_and_time_are_those_of_the_origin_however_often_and_late_it_is_asked():
    origin = Origin("0123456789abcdef0123456789abcdef", RAISED)
    first, second = (mint([]).event("a.b", (), {}, origin) for _ in range(2))
    assert first == second
    assert first["time"] == "2026-01-15T10:30:00.123456Z"
    assert uuid.UUID(first["id"]).version == 7


def test_ids_are_in_the_order_in_which_the_events_were_raised():
    def event(micros):
        # The later a task is, the lower its id here.
        origin = Origin(f"{9999 - micros}", RAISED + timedelta(microseconds=micros))
        return mint([]).event("a.b", (), {}, origin)

    events = [event(micros) for micros in range(3000)]
    for key in ("id", "time"):
        values = [each[key] for each in events]
        assert values == sorted(set(values))


def test_other_events_of_the_same_moment_have_other_ids():
    ids = {mint([]).event("a.b", (), {}, Origin(f"{n}", RAISED))["id"] for n in range(1000)}
    assert len(ids) == 1000
