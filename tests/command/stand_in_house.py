"""The real supervisor and the real servers, with small stand-ins for the web and the worker process."""

import os
import sys
from pathlib import Path

from chat import config
from command import main, running
from command.folder import Folder

HERE = Path(__file__).parent
WORKER = os.environ.get(
    "STAND_IN_WORKER", "import signal, sys; signal.signal(15, lambda *_: sys.exit(0)); signal.pause()"
)


def me(verb: str, *arguments: str) -> list[str]:
    if verb == "_web":
        return [sys.executable, str(HERE / "stand_in_web.py"), arguments[-1]]
    return [sys.executable, "-S", "-c", WORKER if verb == "_worker" else ""]


running.me = me
os.environ["HUB_DATA_DIR"] = sys.argv[1]


def serve() -> None:
    running.run(Folder(Path(sys.argv[1])), config.read(os.environ), verb="serve", greet=lambda _: "")


main.hub.main = lambda **_: serve()
main.main()
