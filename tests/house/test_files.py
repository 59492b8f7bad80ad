"""What the files of the project say, and what they must not."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OWN = Path(__file__).relative_to(ROOT)

# Where something was built is nobody's business, and would not be there on another machine.
FORBIDDEN = {
    "a package registry": r"pypi\.org|pythonhosted\.org|registry\.npmjs|npmjs\.(?:org|com)",
    "somebody's home folder": r"/home/\w+/|/root/\.|/Users/\w+/",
    "a working folder": r"(?<![\w.])/(?:work|shared|workspace|builds)/",
    "a private address": r"\b(?:10\.\d+|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d+\.\d+",
}
# The lock file names the public index by its nature.
MAY = {"uv.lock": {"a package registry"}}


def files():
    """What belongs to the project: not the data, the caches and the notes that lie about in a checkout."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
    if listed.returncode:
        pytest.skip("this is no checkout of git")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_registry_or_a_place_on_a_machine():
    found = []
    for file in files():
        if file.relative_to(ROOT) == OWN:
            continue
        try:
            text = file.read_text()
        except UnicodeDecodeError:
            continue
        for what, pattern in FORBIDDEN.items():
            if what not in MAY.get(file.name, ()) and (match := re.search(pattern, text)):
                found.append(f"{file.relative_to(ROOT)} names {what}: {match[0]}")
    assert not found, "\n".join(found)


def test_ruff_has_nothing_to_say():
    python = [file for file in files() if file.suffix == ".py"]
    for verb in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *verb, *python], cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
