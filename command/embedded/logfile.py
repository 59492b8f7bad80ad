"""The private servers' own logs, kept small."""

import os
from pathlib import Path
from typing import BinaryIO

from command.trouble import about_file

LARGEST = 5 * 2**20


def appended(path: Path) -> BinaryIO:
    """Open for appending; a log grown large makes room for a new one and is kept once."""
    try:
        if path.exists() and path.stat().st_size > LARGEST:
            path.replace(path.with_suffix(".log.1"))
        return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
    except OSError as error:
        raise about_file(error, path.parent) from None


def last_words(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()[-600:]
    except OSError:
        return ""
