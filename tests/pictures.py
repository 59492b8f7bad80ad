"""`python -m tests.pictures FOLDER`: every page of the demo community, by day and by night, on a phone and at a desk.

`--keep` takes those anew that tests/browser/test_pictures.py compares with.
"""

import os
import sys
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).parent.parent
SCENES = "tests/browser/test_pictures.py"


@click.command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--keep", is_flag=True, help="Let the six most important pages look as they do now.")
def take(folder: Path | None, keep: bool) -> None:
    """Take pictures of every page into FOLDER, whose index.html shows them side by side."""
    if not folder and not keep:
        raise click.UsageError("Name a folder, or --keep.")
    if folder:
        os.environ["PICTURES_FOLDER"] = str(folder.resolve())
    if keep:
        os.environ["PICTURES_KEEP"] = "1"
    os.chdir(ROOT)
    wanted = "gallery" if not keep else "" if folder else "as_they_did"
    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", SCENES, *(["-k", wanted] if wanted else [])]))


if __name__ == "__main__":
    take()
