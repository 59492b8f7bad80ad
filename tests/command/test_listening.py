import socket
import sys
from contextlib import ExitStack

import pytest

from command import listening
from command.trouble import Trouble


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def connections(stack, port, count):
    return [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(count)]


def taken(listener):
    """How many wait at a listener."""
    listener.setblocking(False)
    count = 0
    try:
        while True:
            listener.accept()[0].close()
            count += 1
    except BlockingIOError:
        return count


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere one socket serves all")
def test_each_process_gets_its_share(port):
    with ExitStack() as stack, listening.sockets("127.0.0.1", port, 3) as listeners:
        assert len({listener.fileno() for listener in listeners}) == 3
        assert all(listener.get_inheritable() for listener in listeners)
        connections(stack, port, 120)
        waiting = [taken(listener) for listener in listeners]
        assert sum(waiting) == 120
        assert min(waiting) >= 10


def test_one_process_has_one_socket(port):
    with ExitStack() as stack, listening.sockets("127.0.0.1", port) as [listener]:
        connections(stack, port, 3)
        assert taken(listener) == 3


@pytest.mark.parametrize("theirs", [1, 2])
@pytest.mark.parametrize("ours", [1, 2])
def test_a_port_that_another_hub_has_is_refused(port, theirs, ours):
    with (
        listening.sockets("127.0.0.1", port, theirs),
        pytest.raises(Trouble, match="is taken"),
        listening.sockets("127.0.0.1", port, ours),
    ):
        pass
    with listening.sockets("127.0.0.1", port, ours) as listeners:
        assert len(listeners) == ours
