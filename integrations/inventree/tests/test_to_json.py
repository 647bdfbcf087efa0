import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from uuid import UUID

import pytest
from django.db import models
from django.utils.translation import gettext_lazy
from inventree_inventory_events.to_json import to_json


class Event(str, Enum):
    MOVED = "stockitem.moved"


class Part(models.Model):
    class Meta:
        app_label = "test"


class Rude:
    def __str__(self):
        raise RuntimeError("no")


ID = "0192f0c1-2345-7abc-8def-0123456789ab"
CASES = [
    (None, None),
    (True, True),
    (5, 5),
    (2**53, "9007199254740992"),
    (1.5, 1.5),
    (float("nan"), "nan"),
    (Decimal("12.50000"), 12.5),
    (Decimal("3.00000"), 3),
    (Decimal("0.1"), 0.1),
    (Decimal("123456789012345678.125"), "123456789012345678.125"),
    (Decimal("1E+30"), "1E+30"),
    (Decimal("Infinity"), "Infinity"),
    (date(2026, 1, 15), "2026-01-15"),
    (datetime(2026, 1, 15, 10, 30, tzinfo=timezone.utc), "2026-01-15T10:30:00+00:00"),
    (timedelta(minutes=1), 60.0),
    (UUID(ID), ID),
    (Event.MOVED, "stockitem.moved"),
    (gettext_lazy("yes"), "yes"),
    (Part(pk=7), 7),
    (Part(), None),
    ({Event.MOVED: [Part(pk=1), (2, {3})], 4: "x"}, {"stockitem.moved": [1, [2, [3]]], "4": "x"}),
    (Rude(), "<Rude>"),
]


@pytest.mark.parametrize(("value", "expected"), CASES, ids=lambda each: type(each).__name__)
def test_converts(value, expected):
    found = to_json(value)
    assert found == expected
    assert type(found) is type(expected)
    assert json.loads(json.dumps(found, allow_nan=False)) == expected


def test_terminates_for_a_recursive_value():
    endless = []
    endless.append(endless)
    json.dumps(to_json(endless))
