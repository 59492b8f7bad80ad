import os
import signal

import pytest

from tests.command.conftest import eventually, hub, processes_with

pytestmark = pytest.mark.skipif(
    not os.path.exists("/proc/self/cmdline"), reason="looks at processes through /proc"
)


def gone(pids):
    return all(
        not os.path.exists(f"/proc/{p}")
        or open(f"/proc/{p}/stat").read().rpartition(")")[2].split()[0] == "Z"
        for p in pids
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_takes_everyone_along(open_house, number):
    house = open_house().ready()
    family = house.family()
    assert len(family) >= 4
    assert house.stop(number) < 5
    assert house.process.returncode == 0
    assert gone(family)
    assert not (house.data / "run.json").exists()


def test_who_dies_comes_back(open_house):
    house = open_house().ready()
    web, postgres, valkey = house.ask(), house.child("/postgres -D"), house.child("valkey-server")
    os.kill(web, signal.SIGKILL)
    assert house.ask() != web  # the connection waited in the backlog
    os.kill(postgres, signal.SIGKILL)
    os.kill(valkey, signal.SIGKILL)
    assert eventually(lambda: house.child("/postgres -D") not in (None, postgres), 10)
    assert eventually(lambda: house.child("valkey-server") not in (None, valkey), 10)
    assert eventually(
        lambda: hub("check", "--data", house.data, "--port", house.port).stdout.count("answers") == 2, 10
    )
    assert house.stop() < 5
    assert house.process.returncode == 0


def test_five_deaths_within_a_minute_stop_everything(open_house):
    house = open_house(STAND_IN_WORKER="raise SystemExit(3)")
    assert house.process.wait(20) == 1
    house.stop()
    assert "The worker died 5 times within a minute, so everything stops." in "".join(house.said)
    assert not processes_with(str(house.data))


def test_a_killed_supervisor_leaves_nothing_and_the_next_start_recovers(open_house):
    house = open_house().ready()
    family = house.family()
    sockets = (house.data / "sockets").read_text()
    house.process.kill()
    again = open_house().ready()
    assert eventually(lambda: gone(family))
    assert not os.path.exists(sockets)
    assert again.ask()
    assert again.stop() < 5


def test_a_folder_has_one_hub(open_house):
    house = open_house().ready()
    second = open_house()
    assert second.process.wait(10) == 1
    second.stop()
    assert f"is in use by another hub (process {house.process.pid})" in "".join(second.said)
    assert house.ask()


def test_a_stop_during_the_start_is_a_stop(open_house):
    house = open_house()
    eventually(lambda: (house.data / "run.json").exists())
    assert house.stop(signal.SIGINT) < 5
    assert house.process.returncode == 0
    assert not processes_with(str(house.data))
