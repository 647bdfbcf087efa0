"""Back-off after consecutive failures."""

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 60.0
LONGEST_RETRY_AFTER_SECONDS = 300.0


def wait_seconds(failures, hold, random):
    """Doubles the wait with each failure, minus up to half at random; at least Retry-After.

    `failures` counts from 1; `random` returns 0 to 1. A refusal waits LONGEST_SECONDS at once.
    """
    grown = LONGEST_SECONDS if hold.is_refusal else FIRST_SECONDS * 2 ** min(failures - 1, 16)
    wait = min(grown, LONGEST_SECONDS) * (1 - random() / 2)
    return max(wait, min(hold.retry_after_seconds or 0, LONGEST_RETRY_AFTER_SECONDS))
