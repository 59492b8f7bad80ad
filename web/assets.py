"""Static files: the whole tree under one hash of its content, so that relative imports keep working.

They are read, compressed and hashed once at the start, and may be cached for ever. The styles of every page are one file
there, and so is what scripts say in each language. Scripts are served without their comments and indents, and a page names
all that its own import, so that none of them is asked for only when another has come.
"""

import gzip
import hashlib
import mimetypes
import re
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import NamedTuple

import msgspec
import rjsmin
from markupsafe import Markup
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
IMPORT = re.compile(r"""^import (?:[^"';]* from )?"(\.[^"]+)";""", re.MULTILINE)
MAIN = "site/scripts/main.js"
# Small ones that change how a page looks. Nothing is drawn before they have run, so that nothing moves when they do.
FIRST = {"site/scripts/times.js", "site/scripts/tabs.js"}
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
        self.imports: dict[str, list[str]] = {}
        self.heads: dict[tuple[str, ...], Markup] = {}
        for name, raw in sorted(found.items()):
            digest.update(name.encode() + b"\0" + raw)
            if name.endswith(".js"):
                self.imports[name] = [
                    normpath(join(dirname(name), each)) for each in IMPORT.findall(raw.decode())
                ]
                raw = rjsmin.jsmin(raw.decode(), keep_bang_comments=True).encode()
            small = gzip.compress(raw, 9, mtime=0)
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            self.files[name] = File(raw, small if len(small) < len(raw) * 0.9 else None, kind)
        self.version = digest.hexdigest()[:12]

    def url(self, name: str) -> str:
        """The address of a file; a name that is not there is a mistake in a template."""
        if name not in self.files:
            raise KeyError(name)
        return f"/static/{self.version}/{name}"

    def scripts(self, *names: str) -> Markup:
        """The elements of a page's head for these of site/scripts, and of what they import beside main.js."""
        if names not in self.heads:
            wanted = [f"site/scripts/{name}.js" for name in names]
            known = {*wanted, *FIRST, *(() if MAIN in wanted else self.with_imports(MAIN))}
            loaded = [each for each in self.with_imports(*wanted) if each not in known]
            preload = Markup('<link rel="modulepreload" href="{}">')
            script = Markup('<script type="module" src="{}"{}></script>')
            first = Markup(' blocking="render"')
            self.heads[names] = Markup("").join(
                [preload.format(self.url(each)) for each in loaded]
                + [script.format(self.url(each), first if each in FIRST else "") for each in wanted]
            )
        return self.heads[names]

    def with_imports(self, *names: str) -> list[str]:
        """These scripts and all that runs before them, each once."""
        found = list(dict.fromkeys(names))
        for name in found:
            found += [each for each in self.imports[name] if each not in found]
        return found

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
