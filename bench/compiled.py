"""Programs in C, compiled when they are first needed."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from command.folder import ROOT
from command.trouble import Trouble

CACHE = ROOT / "var" / "bench"
OPTIONS = ["-O2", "-std=gnu11", "-Wall"]


def program(source: Path) -> Path:
    """The program that was made of this file."""
    digest = hashlib.sha256(source.read_bytes() + " ".join(OPTIONS).encode()).hexdigest()[:12]
    made = CACHE / f"{source.stem}-{digest}"
    if not made.exists():
        _compile(source, made)
    return made


def compiler() -> str | None:
    return shutil.which(os.environ.get("CC", "cc")) or shutil.which("gcc")


def _compile(source: Path, made: Path) -> None:
    if (cc := compiler()) is None:
        raise Trouble(
            "The load is made by a small C program, and there is no C compiler here: `apt install gcc libc6-dev`."
        )
    made.parent.mkdir(parents=True, exist_ok=True)
    # Beside its place first: two benches may compile at once.
    with tempfile.TemporaryDirectory(dir=made.parent) as folder:
        half = Path(folder) / made.name
        done = subprocess.run([cc, *OPTIONS, "-o", half, source], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Trouble(f"{source.name} could not be compiled:\n{done.stderr.strip()[-800:]}")
        for older in made.parent.glob(f"{source.stem}-*"):
            older.unlink(missing_ok=True)
        half.rename(made)
