"""Converts the arguments of an event to JSON."""

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum

DEEPEST = 8
# Larger integers would be rounded by readers that use doubles.
LARGEST_INTEGER = 2**53 - 1


def to_json(value, depth=0):
    """Converts any value; a value without a JSON equivalent becomes its text."""
    if isinstance(value, Enum):
        return to_json(value.value, depth)
    if value is None or isinstance(value, (bool, str)):
        return value if value is None or isinstance(value, bool) else str(value)
    if isinstance(value, (int, float, Decimal)):
        return _number(value)
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return _text(value) if depth >= DEEPEST else _composite(value, depth + 1)


def _number(value):
    if isinstance(value, int):
        return int(value) if abs(value) <= LARGEST_INTEGER else str(value)
    if not math.isfinite(value):
        return str(value)
    if isinstance(value, float):
        return float(value)
    if value == value.to_integral_value():
        return _number(int(value)) if abs(value) <= LARGEST_INTEGER else str(value)
    return float(value) if Decimal(repr(float(value))) == value else str(value)


def _composite(value, depth):
    if isinstance(value, Mapping):
        return {_key(key): to_json(each, depth) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_json(each, depth) for each in value]
    # A database object: its primary key, as in InvenTree's own events.
    if hasattr(value, "pk"):
        return to_json(value.pk, depth)
    return _text(value)


def _key(key):
    return str(key.value if isinstance(key, Enum) else key)


def _text(value):
    try:
        return str(value)
    except Exception:
        return f"<{type(value).__name__}>"
