"""Tables for spreadsheet programs."""

import csv
import io
from collections.abc import Iterable, Sequence

from starlette.responses import Response

# What makes such a program compute a cell, or run something (OWASP, CSV injection).
COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def sheet(name: str, rows: Iterable[Sequence[object]]) -> Response:
    """A CSV file (RFC 4180) that opens with its letters intact and computes nothing."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([harmless(str(cell)) for cell in row])
    return Response(
        text.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "private, no-store",
        },
    )


def harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(COMPUTED) else cell
