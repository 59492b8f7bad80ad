"""Static files: the whole tree under one hash of its content, so that relative imports keep working.

They are read, compressed and hashed once at the start, and may be cached for ever. The styles of every page are one file
there, and so is what scripts say in each language.
"""

import gzip
import hashlib
import mimetypes
import re
from pathlib import Path
from typing import NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from chat.languages import WHOLE, catalogue

WEB = Path(__file__).parent
SERVED = (".css", ".js", ".svg", ".png", ".ico", ".webmanifest")
# What site/site.css is made of: the house's own styles, then each part's, in which a later one prevails.
STYLES = [
    "site/styles/tokens.css",
    "site/styles/elements.css",
    "site/styles/shell.css",
    "site/styles/parts.css",
    "site/styles/prose.css",
    "networks/networks.css",
    "members/members.css",
    "dropins/dropins.css",
    "notices/notices.css",
    "discussions/discussions.css",
    "discussions/topic.css",
]
SAID = re.compile(r"""\b(?:_|many)\((?:[^"'`]*?,\s*)?(["'`])((?:\\.|(?!\1).)*)\1""")
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("application/manifest+json", ".webmanifest")


class File(NamedTuple):
    raw: bytes
    small: bytes | None
    kind: str


class Assets:
    """Every script, stylesheet and picture that lies beside the pages in web/."""

    def __init__(self, root: Path = WEB) -> None:
        found = {
            p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.suffix in SERVED
        }
        if root is WEB:
            found["site/site.css"] = b"".join(found.pop(name) for name in STYLES)
            scripts = [raw.decode() for name, raw in found.items() if name.endswith(".js")]
            found |= {f"site/words/{language}.js": words(language, scripts) for language in WHOLE[1:]}
        digest = hashlib.sha256()
        self.files: dict[str, File] = {}
        for name, raw in sorted(found.items()):
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


def words(language: str, scripts: list[str]) -> bytes:
    """What these scripts say, in this language, as site/scripts/words.js looks for it."""
    known = catalogue(language)
    everything = {**known.sentences, **known.counted}
    said = {found[2] for script in scripts for found in SAID.finditer(script)}
    return b"globalThis.sentences = " + msgspec.json.encode(
        {sentence: everything[sentence] for sentence in sorted(said) if sentence in everything}
    )


assets = Assets()
