import logging

import pytest
from inventree_inventory_events.sampled_log import SampledLog

CASES = [("incomplete", logging.WARNING), ("held", logging.WARNING), ("broken", logging.ERROR)]


@pytest.mark.parametrize(("topic", "level"), CASES)
def test_a_line_names_the_plugin_since_it_is_among_those_of_the_server(caplog, topic, level):
    SampledLog().say(level, topic, "100 % of the disk is used")
    (record,) = caplog.records
    assert record.getMessage() == "inventory-events: 100 % of the disk is used"


def test_logs_a_topic_once_a_minute_with_the_number_of_suppressed_lines(caplog):
    now = [0.0]
    log = SampledLog(now=lambda: now[0])
    for second in (0, 1, 59, 60, 61):
        now[0] = second
        log.say(logging.WARNING, "held", "away")
        log.say(logging.WARNING, f"other {second}", "another")
    held = [each for each in caplog.messages if "away" in each]
    assert held == [
        "inventory-events: away",
        "inventory-events: away (2 similar messages suppressed)",
    ]


def test_a_forgotten_topic_is_logged_at_once(caplog):
    log = SampledLog(now=lambda: 0.0)
    log.say(logging.WARNING, "held", "away")
    assert log.forget("held")
    assert not log.forget("held")
    log.say(logging.WARNING, "held", "away")
    assert caplog.messages == ["inventory-events: away"] * 2
