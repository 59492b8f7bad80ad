"""What an operator can mend, said in a sentence."""

import errno
from pathlib import Path


class Trouble(Exception):
    """Printed as it is, without a traceback; the exit status is 1."""


class Stopped(BaseException):
    """The operator asked for a stop while something was still being started."""


def about_file(error: OSError, path: Path | str) -> Trouble:
    """The sentence for a folder or file that refuses."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return Trouble(f"There is no space left on the disk of {path}.")
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return Trouble(
                f"{path} cannot be written: {error.strerror}. Choose another folder with --data DIR."
            )
        case errno.ENOTDIR | errno.EEXIST:
            return Trouble(f"{path} is not a folder. Choose another one with --data DIR.")
        case _:
            return Trouble(f"{path} cannot be used: {error.strerror or error}.")
