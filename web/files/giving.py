"""Giving a file to who may have it: whole or a stretch of it (RFC 9110, section 14), streamed from the store."""

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from chat import files
from chat.errors import NotFound
from chat.files import Found
from chat.languages import _
from web.guard import SANDBOX

log = structlog.get_logger()


async def give(request: Request, found: Found) -> Response:
    """A file, or with `?small` the small copy of a picture. To be called when its reader has been authorised.

    It is asked for each time that it is shown: a browser must not show it to whoever signs in there next.
    """
    file, small = found.file, "small" in request.query_params and found.small_size > 0
    size, tag = found.small_size if small else file.size, found.tag(small)
    request.scope["sandboxed"] = SANDBOX
    headers = {
        "etag": tag,
        "cache-control": "private, no-cache",
        "content-disposition": _disposition(file.kind, file.name),
        "cross-origin-resource-policy": "same-origin",
        "accept-ranges": "bytes",
    }
    if _matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    start, length, status = 0, size, 200
    if wanted := _stretch(request, tag):
        start, length, status = *_within(*wanted, size), 206
        if length <= 0:
            return Response(status_code=416, headers={**headers, "content-range": f"bytes */{size}"})
        headers["content-range"] = f"bytes {start}-{start + length - 1}/{size}"
    headers["content-length"] = str(length)
    media = files.MEDIA[file.kind]
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=media)
    content = await _content(files.small_key(found.key) if small else found.key, start, length)
    return StreamingResponse(content, status, headers, media)


async def _content(key: str, start: int, length: int) -> AsyncIterator[bytes]:
    try:
        with files.in_order():
            return await files.store().read(key, start, length)
    except files.Missing:
        log.error("a file is not in the store", key=key)
        raise NotFound(_("This file has been lost. Ask whoever attached it to do so again.")) from None


def _disposition(kind: str, name: str) -> str:
    """Pictures are shown; whatever else may be in a document is for the reader's own program. Names as in RFC 6266."""
    plain = re.sub(r'[^ -~]|["\\%]', "_", name)
    how = "inline" if kind == "picture" else "attachment"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _matches(header: str | None, tag: str) -> bool:
    return header is not None and (header.strip() == "*" or tag in re.findall(r'"[^"]*"', header))


def _stretch(request: Request, tag: str) -> tuple[str, str] | None:
    """First and last byte as they were asked for. Several stretches at once are answered with the whole."""
    match = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", request.headers.get("range", "").replace(" ", ""))
    if not match or not (match[1] or match[2]) or request.headers.get("if-range", tag) != tag:
        return None
    return match[1], match[2]


def _within(first: str, last: str, size: int) -> tuple[int, int]:
    """Start and length; without a first byte it is the file's end. A length of 0 or less is outside of the file."""
    if not first:
        length = min(int(last), size)
        return size - length, length
    start, end = int(first), min(int(last or size), size - 1)
    return start, end + 1 - start
