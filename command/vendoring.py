"""`./hub vendor`: what is served of other people's work, brought anew from the npm registry (web/site/vendor)."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import click

from command.folder import ROOT
from command.supervising import say
from command.trouble import Trouble

SITE = ROOT / "web/site"
VENDOR = SITE / "vendor"


@click.command()
def vendor() -> None:
    """Bring the scripts and icons of web/site/vendor/packages.toml, as they were published. Needs npm."""
    import tomllib

    if not shutil.which("npm"):
        raise Trouble("There is no npm here, which brings them.")
    for package in tomllib.loads((VENDOR / "packages.toml").read_text())["package"]:
        with tempfile.TemporaryDirectory() as folder:
            inside = _bring(package, Path(folder))
            if "icons" in package:
                _join(inside, package)
            else:
                _copy(inside, package)
        say(f"{package['name']} {package['version']}")


def _bring(package: dict[str, Any], folder: Path) -> Path:
    """The package, unpacked. Raises Trouble where it is not what it was."""
    import base64
    import hashlib
    import tarfile

    named = f"{package['name']}@{package['version']}"
    subprocess.run(["npm", "pack", "--silent", named], cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603, S607
    packed = next(folder.glob("*.tgz"))
    digest = "sha512-" + base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
    if digest != package["integrity"]:
        raise Trouble(f"{named} has another checksum than web/site/vendor/packages.toml says: {digest}")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def _copy(inside: Path, package: dict[str, Any]) -> None:
    name = f"{package['name'].rpartition('/')[2]}@{package['version']}"
    shutil.copy(inside / package["file"], VENDOR / f"{name}.js")


def _join(inside: Path, package: dict[str, Any]) -> None:
    """One file of symbols, by their names."""
    symbols = [_symbol(name, (inside / f"icons/{name}.svg").read_text()) for name in package["icons"]]
    source = f"<!-- {package['name']} {package['version']}, ISC -->"
    sprite = [source, '<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""]
    (SITE / "icons.svg").write_text("\n".join(sprite))


def _symbol(name: str, drawing: str) -> str:
    shapes = re.sub(r"\s+", " ", drawing[drawing.index("\n>") + 2 : drawing.rindex("</svg>")]).strip()
    return (
        f'<symbol id="{name}" viewBox="0 0 24 24">{shapes.replace("> <", "><").replace(" />", "/>")}</symbol>'
    )


ALL = (vendor,)
