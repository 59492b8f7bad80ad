import asyncio
import json
import socket
import subprocess
import sys

import pytest

from command import databases
from command.folder import Folder
from command.trouble import Trouble
from tests.clusters import private_cluster
from tests.command.conftest import environment, hub

VERBS = ("demo", "serve", "web", "worker", "migrate", "token", "check", "import", "test", "bench")


def refusal(*arguments, **changes):
    """What a verb says when it gives up: one sentence, no traceback, status 1."""
    done = hub(*arguments, **changes)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "Unexpected" not in done.stderr
    return done.stderr.strip()


def test_help_names_every_verb():
    helped = hub("--help")
    for verb in VERBS:
        assert f"  {verb} " in helped.stdout
    assert "_web" not in helped.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb):
    helped = hub(verb, "--help")
    assert helped.returncode == 0
    assert helped.stdout.startswith(f"Usage: hub {verb}")


def test_wrong_usage_has_status_two():
    assert hub("serve", "--port", "0").returncode == 2
    assert hub("dance").returncode == 2


def test_the_supervisor_is_slim():
    code = "import sys, command.main, command.running; print([m for m in ('sqlmodel', 'sqlalchemy', 'starlette', 'pydantic', 'asyncpg') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_taken_port_is_named(tmp_path):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        port = s.getsockname()[1]
        said = refusal("serve", "--port", port, "--data", tmp_path)
    assert said == f"Port {port} is taken by another program. Choose another one, as --port {port + 1}."


def test_a_data_folder_that_is_a_file(tmp_path):
    (tmp_path / "file").touch()
    assert "is not a folder" in refusal("serve", "--data", tmp_path / "file")


def test_a_data_folder_of_a_newer_hub(tmp_path):
    (tmp_path / "version").write_text("99\n")
    assert "was made by a newer version of the hub" in refusal("serve", "--data", tmp_path)


def test_data_of_another_postgresql(tmp_path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("99\n")
    said = refusal("serve", "--data", tmp_path, "--port", "18431")
    assert "was written by PostgreSQL 99, and this hub brings" in said


def test_a_setting_that_cannot_be_read(tmp_path):
    assert (
        refusal("serve", "--data", tmp_path, HUB_WORKERS="many")
        == "HUB_WORKERS must be a whole number, not “many”."
    )


def test_wrong_servers_are_named_without_their_password(tmp_path):
    database = "postgresql://ana:s3cret@127.0.0.1:1/hub"
    said = refusal("migrate", "--data", tmp_path, DATABASE_URL=database, REDIS_URL="redis://127.0.0.1:1")
    assert "PostgreSQL at 127.0.0.1:1/hub cannot be reached" in said
    assert "s3cret" not in said
    said = refusal(
        "serve",
        "--data",
        tmp_path,
        "--port",
        "18432",
        DATABASE_URL=database,
        REDIS_URL="redis://:s3cret@127.0.0.1:1/0",
    )
    assert "Redis at 127.0.0.1:1/0 cannot be reached" in said
    assert "s3cret" not in said


def test_processes_apart_need_servers(tmp_path):
    for verb in ("web", "worker"):
        said = refusal(verb, "--data", tmp_path)
        assert said.startswith(
            "DATABASE_URL and REDIS_URL must be set, or a hub with private servers must run on"
        )


def test_a_demo_never_loads_into_real_data(tmp_path):
    (tmp_path / "postgres").mkdir()
    assert "a demo never loads into real data" in refusal("demo", "--data", tmp_path)


def test_migrate_starts_private_servers_for_as_long_as_it_needs_them(tmp_path):
    assert hub("migrate", "--data", tmp_path).stdout == "schema.sql\n"
    assert (
        hub("migrate", "--data", "data", cwd=tmp_path).stdout == "schema.sql\n"
    )  # meant from where one stands
    assert hub("migrate", "--data", tmp_path).stdout == "nothing to do\n"
    assert not (tmp_path / "run.json").exists()


def test_check_says_what_is_wrong_and_how_to_mend_it(tmp_path):
    healthy = hub("check", "--data", tmp_path, "--port", "18433")
    assert healthy.returncode == 0, healthy.stdout
    assert "ok     Redis        Valkey" in healthy.stdout
    assert "The first start makes it." in healthy.stdout
    ill = hub("check", "--data", tmp_path, "--port", "18433", HUB_SMTP_URL="smtp://ana:s3cret@127.0.0.1:1")
    assert ill.returncode == 1
    assert "wrong  e-mail       127.0.0.1:1 does not answer" in ill.stdout
    assert "s3cret" not in ill.stdout


def test_what_nobody_expected_goes_to_the_log(tmp_path):
    sentence = "raise ZeroDivisionError('really')"
    code = f"import command.main as m\ndef odd(**_): {sentence}\nm.hub.main = odd\nm.main()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(HUB_DATA_DIR=str(tmp_path)),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr == f"Unexpected: ZeroDivisionError('really'). The details are in {tmp_path}/hub.log.\n"
    assert "Traceback" in (tmp_path / "hub.log").read_text()


def test_run_json_is_for_its_owner_only(tmp_path):
    with Folder(tmp_path).held("serve"):
        assert (tmp_path / "run.json").stat().st_mode & 0o077 == 0
        assert json.loads((tmp_path / "run.json").read_text())["verb"] == "serve"
        assert Folder(tmp_path).running()
    assert Folder(tmp_path).running() is None


async def test_a_token_is_issued_and_all_of_a_members_are_revoked(db, database_url, redis_url):
    servers = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}

    async def token(*more):
        return await asyncio.to_thread(hub, "token", "erin@example.org", *more, **servers)

    for _ in range(2):
        assert len((await token()).stdout.split()[-1]) > 30
    ended = await token("--revoke")
    assert ended.stdout == "Ended: 2 tokens of erin@example.org.\n", ended.stderr
    assert (await token("--revoke")).stdout.startswith("Ended: 0 tokens")


async def test_a_cluster_is_told_from_one_server(redis_url):
    """Whichever is meant has to be said, because Redis may be away when a process starts."""
    with pytest.raises(Trouble, match="is no cluster"):
        async with databases.valkey(redis_url, cluster=True):
            pass
    async with databases.valkey(redis_url) as client:
        assert await client.ping()
    async with private_cluster() as cluster:
        async with databases.valkey(
            "redis://127.0.0.1:1," + cluster.url[len("redis://") :], cluster=True
        ) as client:
            assert await client.ping()
        with pytest.raises(Trouble, match="HUB_REDIS_CLUSTER=1"):
            async with databases.valkey(f"redis://127.0.0.1:{cluster.nodes[0].port}"):
                pass
