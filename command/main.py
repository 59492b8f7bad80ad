"""`./hub`: the verbs, and how what goes wrong is said."""

import os
import sys

import click

from chat.config import SettingError
from command import behind, importing, tending, testing, vendoring, verbs, wording
from command.folder import chosen
from command.supervising import say
from command.trouble import Stopped, Trouble


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def hub() -> None:
    """The hub: a self-hosted, real-time home for professional communities.

    Without DATABASE_URL and REDIS_URL it runs private servers of its own in the data folder, and needs
    nothing but Python. Settings are environment variables; docs/settings.md lists them.
    """


for command in (
    *verbs.ALL,
    *tending.ALL,
    *importing.ALL,
    *testing.ALL,
    *vendoring.ALL,
    *wording.ALL,
    *behind.ALL,
):
    hub.add_command(command)


def main() -> None:
    """Run a verb. Exit status 0 when it worked or was asked to stop, 1 for trouble, 2 for wrong usage."""
    try:
        hub.main(prog_name="hub", standalone_mode=False)
    except (Trouble, SettingError) as trouble:
        if str(trouble):
            say(str(trouble))
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except (click.Abort, KeyboardInterrupt, Stopped):
        sys.exit(130)
    except Exception as error:  # whatever it is, an operator gets a sentence
        sys.exit(unexpected(error))


def unexpected(error: Exception) -> str:
    """Keep the traceback in the data folder's log; the sentence that names it."""
    import traceback

    log = chosen(None, os.environ).log
    try:
        with open(log, "a") as file:
            file.write("".join(traceback.format_exception(error)))
    except OSError:
        traceback.print_exc()
        return f"Unexpected: {error!r}"
    return f"Unexpected: {error!r}. The details are in {log}."
