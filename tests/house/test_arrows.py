"""Who may import whom (pyproject.toml, [tool.importlinter])."""

import tomllib
from pathlib import Path

from importlinter import api  # noqa: F401 - configures import-linter
from importlinter.application.use_cases import lint_imports

ROOT = Path(__file__).parents[2]


def contracts():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def test_the_arrows_hold(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    right = lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None)
    assert right, capsys.readouterr().out


def test_every_file_and_folder_of_chat_has_its_place():
    layers = next(c for c in contracts() if "one order" in c["name"])["layers"]
    placed = {part.strip(" ()") for layer in layers for part in layer.replace(":", "|").split("|")}
    there = {
        f"chat.{path.stem}"
        for path in (ROOT / "chat").iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").exists()
    }
    assert there == placed
