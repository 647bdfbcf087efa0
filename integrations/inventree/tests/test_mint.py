import uuid

from inventree_inventory_events.mint import Mint

MS = 1_768_473_000_123


def mint(times):
    left = iter(times)
    return Mint(now_ms=lambda: next(left), random_bytes=lambda count: b"\xff" * count)


def test_an_event_has_the_gateway_s_format():
    event = mint([MS]).event("stockitem.moved", (1,), {"id": 123})
    assert event == {
        "event": "stockitem.moved",
        "args": [1],
        "kwargs": {"id": 123},
        "id": event["id"],
        "time": "2026-01-15T10:30:00.123Z",
    }
    id = uuid.UUID(event["id"])
    assert (id.version, id.variant, id.int >> 80) == (7, uuid.RFC_4122, MS)


def test_ids_increase_even_if_the_clock_stands_still_or_goes_back():
    times = [MS] * 5000 + [MS - 1000, MS + 5]
    minting = mint(times)
    ids = [minting.event("a.b", (), {})["id"] for _ in times]
    assert ids == sorted(set(ids))
