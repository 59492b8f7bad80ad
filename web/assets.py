"""Static files: the whole tree under one hash of its content, so that relative imports keep working.

They are read, compressed and hashed once at the start, and may be cached for ever.
"""

import gzip
import hashlib
import mimetypes
from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

WEB = Path(__file__).parent
SERVED = (".css", ".js", ".svg", ".png", ".ico", ".webmanifest")
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("application/manifest+json", ".webmanifest")


class File(NamedTuple):
    raw: bytes
    small: bytes | None
    kind: str


class Assets:
    """Every script, stylesheet and picture that lies beside the pages in web/."""

    def __init__(self, root: Path = WEB) -> None:
        digest = hashlib.sha256()
        self.files: dict[str, File] = {}
        for path in sorted(p for p in root.rglob("*") if p.suffix in SERVED):
            raw, name = path.read_bytes(), path.relative_to(root).as_posix()
            digest.update(name.encode() + b"\0" + raw)
            small = gzip.compress(raw, 9, mtime=0)
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            self.files[name] = File(raw, small if len(small) < len(raw) * 0.9 else None, kind)
        self.version = digest.hexdigest()[:12]

    def url(self, name: str) -> str:
        """The address of a file; a name that is not there is a mistake in a template."""
        if name not in self.files:
            raise KeyError(name)
        return f"/static/{self.version}/{name}"

    async def __call__(self, request: Request) -> Response:
        file = self.files.get(request.path_params["name"])
        if file is None:
            return Response(status_code=404)
        fresh = request.path_params["version"] == self.version
        headers = {
            "cache-control": "public, max-age=31536000, immutable" if fresh else "no-cache",
            "vary": "accept-encoding",
        }
        if file.small is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(file.small, media_type=file.kind, headers={**headers, "content-encoding": "gzip"})
        return Response(file.raw, media_type=file.kind, headers=headers)


assets = Assets()
