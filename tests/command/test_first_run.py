"""`./hub` itself, in a copy whose environment is made by hand: nothing is downloaded here."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command.conftest import ROOT, environment


@pytest.fixture
def checkout(tmp_path):
    """A checkout in a path with a space, whose command only says how it was called."""
    folder = tmp_path / "the hub"
    (folder / "command").mkdir(parents=True)
    (folder / "command" / "__init__.py").touch()
    (folder / "command" / "__main__.py").write_text(
        "import os, sys; print(sys.argv[1:], os.getcwd(), sys.executable)"
    )
    for name in ("hub", "uv.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


def set_up_by_hand(folder, state=None):
    (folder / ".venv" / "bin").mkdir(parents=True)
    python = folder / ".venv" / "bin" / "python"
    python.symlink_to(sys.executable)
    locked = (folder / "uv.lock").read_bytes() + (folder / "pyproject.toml").read_bytes()
    (folder / ".venv" / ".set-up").write_text(
        "\n".join([state or hashlib.sha256(locked).hexdigest(), os.path.realpath(python)])
    )
    return python


def start(script, *arguments, cwd="/", **changes):
    return subprocess.run(
        [script, *arguments], cwd=cwd, env=environment(**changes), capture_output=True, text=True
    )


def test_it_starts_from_anywhere_and_through_a_link(checkout, tmp_path):
    python = set_up_by_hand(checkout)
    (tmp_path / "link").symlink_to(checkout / "hub")
    done = start(tmp_path / "link", "serve", "--data", "a b", cwd=tmp_path)
    assert done.stdout == f"['serve', '--data', 'a b'] {tmp_path} {python}\n", done.stderr


def test_an_operators_own_environment_is_left_alone(checkout):
    done = start(checkout / "hub", "check", HUB_NO_SETUP="1")
    assert done.stdout.startswith("['check'] /")
    assert not (checkout / ".venv").exists()


def test_without_a_network_it_says_so_in_a_sentence(checkout):
    nowhere = {
        "PIP_INDEX_URL": "http://127.0.0.1:1/",
        "PIP_NO_INDEX": "0",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": "",
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_RETRIES": "0",
    }
    done = start(checkout / "hub", "check", **nowhere)
    assert done.returncode == 1
    assert "Setting up (first run only): making the environment .venv ..." in done.stderr
    assert "the package index cannot be reached" in done.stderr.splitlines()[-1]


def test_without_venv_it_names_the_package(checkout):
    script = (checkout / "hub").read_text().replace('find_spec("ensurepip")', "None")
    (checkout / "hub").write_text(re.sub(r"importlib\.util\.None", "None", script))
    done = start(checkout / "hub", "check")
    assert (
        done.stderr
        == "Python's venv module is missing: run `apt install python3-venv` (as root), then try again.\n"
    )


def test_an_old_python_is_told_in_a_sentence():
    """The file must parse there; the oldest Pythons of this machine are asked, or else the grammar."""
    olds = [p for v in ("3.6", "3.7", "3.8", "3.9", "3.10") if (p := shutil.which(f"python{v}"))]
    for old in olds:
        done = subprocess.run([old, ROOT / "hub", "check"], capture_output=True, text=True)
        if done.returncode == 1:
            assert "The hub needs Python 3.11 or newer" in done.stderr
            assert len(done.stderr.splitlines()) == 1
    import ast

    ast.parse(Path(ROOT / "hub").read_text(), feature_version=(3, 5))
