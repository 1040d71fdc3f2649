"""Every error that people are meant to read.

    SaltScopeError
    ├── BadInput          a file, a folder or a value that was given is not usable
    ├── NotFound          a data set, run, tile or job that does not exist
    ├── BadName           a name that could leave its folder or clash with another
    ├── WorkspaceError    the workspace can't be read or written (permissions, full disk)
    ├── Busy              somebody else is doing that at this moment
    ├── Conflict          somebody else saved something newer in the meantime
    │   └── Decided       somebody else decided it in the meantime
    ├── TrainingFailed    a training that can't go on (out of memory, NaN loss)
    └── KaggleError       Kaggle refuses, or can't be reached

A message is one sentence or two: what came, what was expected, what to do. Anything that is not a
`SaltScopeError` is a bug and keeps its traceback.
"""

from __future__ import annotations

import errno


class SaltScopeError(Exception):
    """Base of all errors with a message for people."""


class BadInput(SaltScopeError):
    """A given file, folder or value can't be used."""


class NotFound(SaltScopeError):
    """A data set, run, tile or job that does not exist."""


class BadName(SaltScopeError):
    """A name that is not a plain name."""


class WorkspaceError(SaltScopeError):
    """The workspace can't be read or written."""


class Busy(SaltScopeError):
    """Another process holds what is asked for."""


class Conflict(SaltScopeError):
    """Somebody else saved something newer in the meantime."""


class Decided(Conflict):
    """Somebody else decided it in the meantime."""


class TrainingFailed(SaltScopeError):
    """A training that can't go on."""


class KaggleError(SaltScopeError):
    """Kaggle refuses, or can't be reached.

    status: of its answer by HTTP; None without one · wait: seconds after which it may be asked again; None: in vain.
    """

    def __init__(self, message: str, status: int | None = None, wait: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.wait = wait


class Stopped(Exception):
    """Somebody asked for a stop: not an error, so not in the tree above.

    Raised by a `core.progress.Progress` and handled by whoever started the work.
    """


def in_words(error: OSError) -> str:
    """One sentence for an operating-system error, with the remedy where there is one."""
    name = error.filename if isinstance(error.filename, str) else None
    where = f"{name}: " if name else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{where}the disk is full; free some space and try again"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"{where}no permission to write or read here; choose another --workspace or change the folder's permissions"
        )
    return f"{where}{error.strerror or error}"
