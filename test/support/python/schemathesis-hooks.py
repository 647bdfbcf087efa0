"""What schemathesis can't know of the gateway from its OpenAPI document."""

import json

import schemathesis

EXACT = 2**53 - 1


@schemathesis.serializer("application/x-ndjson", "application/jsonl")
def json_lines(ctx, value):
    """A list is sent with an item on each line."""
    items = value if isinstance(value, list) else [value]
    return "\n".join(json.dumps(item) for item in items).encode()


@schemathesis.hook
def filter_body(ctx, body):
    """JSON Schema has no word for integers that are refused for their digits."""
    return is_exact(body)


def is_exact(value):
    if isinstance(value, dict):
        return all(map(is_exact, value.values()))
    if isinstance(value, list):
        return all(map(is_exact, value))
    return not isinstance(value, (int, float)) or abs(value) <= EXACT
