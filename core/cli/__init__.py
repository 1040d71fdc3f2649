"""The command line: every command calls the function that the dashboard calls.

Exit code 0: done. 1: failed on what it was given, with one line on stderr. 2: the line does not parse.
With `--json` stdout holds one JSON object and nothing else; progress and warnings go to stderr.
"""

from __future__ import annotations

import signal
import sys
from typing import NoReturn

import typer

from core.cli import adoption, data, explore, export, kaggle, review, runs
from core.errors import SaltScopeError, Stopped, in_words

app = typer.Typer(
    name="python -m core",
    help="SaltScope: look for salt in seismic tiles.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for module in (data, explore, runs, review, adoption, export, kaggle):
    module.register(app)


def main() -> NoReturn:
    """Run the command line and end the process with the exit code above."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        app(standalone_mode=True)
    except SaltScopeError as error:
        _fail(str(error))
    except Stopped:
        _fail("stopped")
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        _fail(in_words(error))
    sys.exit(0)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _fail(message: str) -> NoReturn:
    print("error: " + " ".join(message.split()), file=sys.stderr)
    sys.exit(1)
