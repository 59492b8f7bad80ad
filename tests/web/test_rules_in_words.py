"""Rules (RFC 5545) as people say them, in each of their languages."""

import pytest

from chat.languages import speaking
from web.dropins.wording import rule_in_words


@pytest.mark.parametrize(
    ("rule", "english", "german"),
    [
        ("FREQ=DAILY", "every day at 12:00", "jeden Tag um 12:00 Uhr"),
        ("FREQ=WEEKLY;BYDAY=FR", "every Friday at 12:00", "jeden Freitag um 12:00 Uhr"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR;COUNT=5",
            "every 2 weeks on Monday, Wednesday and Friday at 12:00, 5 times",
            "alle 2 Wochen am Montag, Mittwoch und Freitag um 12:00 Uhr, 5 Mal",
        ),
        (
            "FREQ=MONTHLY;BYDAY=2TU,-1FR",
            "every month on the second Tuesday and the last Friday at 12:00",
            "jeden Monat am zweiten Dienstag und letzten Freitag um 12:00 Uhr",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=3,-2;UNTIL=20261126",
            "every month on day 3 and day 2 from the end at 12:00, until 26 November 2026",
            "jeden Monat am 3. und 2.-letzten Tag um 12:00 Uhr, bis 26. November 2026",
        ),
    ],
)
def test_a_rule_is_said_in_words(rule, english, german):
    assert rule_in_words(rule, "12:00") == english
    with speaking("de"):
        assert rule_in_words(rule, "12:00") == german
