"""`python -m tests.faults --minutes 15 --kills 50`: a long run under faults; its summary as JSON on standard output."""

import argparse
import asyncio
import json
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from tests import servers  # noqa: F401 - has commits keep their time
from tests.faults.plants import PLANTS
from tests.faults.run import Course, run
from tests.faults.schedule import ALL


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--clients", type=int, default=36)
    parser.add_argument("--rate", type=float, default=20, help="writes a second")
    parser.add_argument("--kills", type=int, help="processes killed; otherwise one in fifteen seconds")
    parser.add_argument("--others", type=int, help="other faults; otherwise one in five seconds")
    parser.add_argument("--kinds", nargs="*", choices=ALL, default=ALL, metavar="KIND", help=", ".join(ALL))
    parser.add_argument("--restore", action="store_true", help="bring back an older backup on the way")
    parser.add_argument("--lose", type=float, default=0.02, help="the chance that a publish is never made")
    parser.add_argument(
        "--patience", type=float, default=0, help="seconds that this machine may add to each limit"
    )
    parser.add_argument("--plant", choices=sorted(PLANTS), default="", help="a bug to find")
    parser.add_argument("--keep", action="store_true", help="keep the journals and logs, and say where")
    a = parser.parse_args()
    seconds = a.seconds + 60 * a.minutes or 60
    course = Course(
        seconds, a.seed, a.clients, a.rate, int(seconds / 15) if a.kills is None else a.kills,
        int(seconds / 5) if a.others is None else a.others, tuple(a.kinds), restore=a.restore, lose=a.lose,
        patience=a.patience, plant=a.plant, linger=16,
    )  # fmt: skip
    folder = Path(tempfile.mkdtemp(prefix="hub-faults-"))
    folder.chmod(0o711)  # PostgreSQL may run as another user, who has to pass
    keep = a.keep
    try:
        result = asyncio.run(run(course, folder))
        print(json.dumps(result.summary, indent=1))
        for sentence in result.findings.told:
            print(sentence, file=sys.stderr)
        if result.findings.broken:
            keep = True
            print(
                f"To see it again: python -m tests.faults {' '.join(sys.argv[1:])} --seed {a.seed}",
                file=sys.stderr,
            )
        return 1 if result.findings.broken else 0
    except BaseException:
        keep = True
        raise
    finally:
        if keep:
            print(f"The journals and logs are in {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
