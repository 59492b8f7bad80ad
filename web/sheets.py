"""Tables to take away, as CSV that spreadsheets open and do not run."""

import csv
import io
from collections.abc import Iterable, Sequence

from starlette.responses import Response

BOM = "\ufeff"  # or Excel takes UTF-8 for something older
# What begins a formula (OWASP, CSV injection), also in the wide letters of East Asia, and what some programs drop
# before they look.
BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


def sheet(rows: Iterable[Sequence[object]]) -> str:
    """Lines of CSV (RFC 4180)."""
    lines = io.StringIO()
    csv.writer(lines).writerows([cell(value) for value in row] for row in rows)
    return lines.getvalue()


def download(name: str, rows: Iterable[Sequence[object]]) -> Response:
    """A whole file of that name."""
    return Response(
        BOM + sheet(rows),
        media_type="text/csv; charset=utf-8",
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "private, no-store",
        },
    )


def cell(value: object) -> str:
    """What a cell holds: no text is taken for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(BEGINS_FORMULA) else text
