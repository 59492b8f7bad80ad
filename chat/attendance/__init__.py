"""Attendance: who was there, and what they keep of it."""

from chat.attendance.certifying import (
    Certificate,
    certificate_by,
    certify,
    own_certificate,
    withdraw_certificate,
)
from chat.attendance.ledger import LONGEST_NOTE, Entry, Year, entry_of, ledger_of, write_note, years_of
from chat.attendance.listing import (
    FEWEST,
    Attendance,
    Attendee,
    Count,
    attendance_of,
    counted,
    names_of,
    people_at,
)
from chat.attendance.noting import AWAY_FOR, Stretch, note
from chat.attendance.settling import close_attendance, forget_old, settle_late

__all__ = [
    "AWAY_FOR",
    "FEWEST",
    "LONGEST_NOTE",
    "Attendance",
    "Attendee",
    "Certificate",
    "Count",
    "Entry",
    "Stretch",
    "Year",
    "attendance_of",
    "certificate_by",
    "certify",
    "close_attendance",
    "counted",
    "entry_of",
    "forget_old",
    "ledger_of",
    "names_of",
    "note",
    "own_certificate",
    "people_at",
    "settle_late",
    "withdraw_certificate",
    "write_note",
    "years_of",
]
