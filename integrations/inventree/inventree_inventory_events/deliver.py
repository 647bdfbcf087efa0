"""Sends a batch and handles the response of the gateway."""

from dataclasses import dataclass
from typing import Optional

from .post import NoAnswer

# Other statuses do not concern single events: a 400 or 404 means a proxy or a wrong setting.
EVENTS_ARE_WRONG = (413, 422)


@dataclass(frozen=True)
class Hold:
    """Sending has to pause. With `is_refusal` an operator must fix a setting first."""

    why: str
    retry_after_seconds: Optional[float] = None
    is_refusal: bool = False


def deliver(batch, post, set_aside):
    """Sends spooled events, removes the accepted ones and sets aside the invalid ones.

    The rest stays in the spool to be retried. Returns a Hold, or None to continue at once.
    """
    try:
        answer = post([each.event for each in batch])
    except NoAnswer as error:
        return Hold(f"no response ({error})")
    except ValueError as error:
        return Hold(str(error), is_refusal=True)
    if answer.status == 202:
        return _taken(batch, answer)
    if answer.status in EVENTS_ARE_WRONG:
        return _without_wrong(batch, answer, post, set_aside)
    if answer.status in (408, 429) or answer.status >= 500:
        return Hold(f"status {answer.status}", answer.retry_after_seconds)
    return Hold(f"status {answer.status}{_hint(answer.status)}", is_refusal=True)


def _taken(batch, answer):
    body = answer.json()
    if not isinstance(body, dict) or body.get("ids") != [each.event["id"] for each in batch]:
        return Hold("status 202 without the ids sent: is GATEWAY_URL a gateway?", is_refusal=True)
    for each in batch:
        each.remove()
    return None


def _without_wrong(batch, answer, post, set_aside):
    wrong = _named(answer, len(batch)) if len(batch) > 1 else {0: _reason(answer)}
    for index, why in wrong.items():
        set_aside(batch[index], f"{answer.status}: {why}")
    if wrong:
        return None
    middle = len(batch) // 2
    return deliver(batch[:middle], post, set_aside) or deliver(batch[middle:], post, set_aside)


def _named(answer, count):
    """The problems by index, for the events that the response names."""
    wrong = {}
    for error in _errors(answer):
        index = error.get("index")
        if isinstance(index, int) and 0 <= index < count:
            why = f"{error.get('field')}: expected {error.get('expected')}, got {error.get('got')}"
            wrong[index] = f"{wrong[index]}; {why}" if index in wrong else why
    return wrong


def _errors(answer):
    body = answer.json()
    errors = body.get("errors") if isinstance(body, dict) else None
    return [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []


def _reason(answer):
    return _named(answer, 1).get(0) or answer.body.decode("utf-8", "replace")[:1000]


def _hint(status):
    if status in (401, 403):
        return ": GATEWAY_TOKEN is wrong"
    if status == 404:
        return ": is GATEWAY_URL right, and is GATEWAY_TOKEN of the gateway set?"
    return ""
