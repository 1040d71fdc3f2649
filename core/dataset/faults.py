"""What becomes of a fault in a source: it ends the import, or it is noted and the import goes on without that part."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from core.errors import BadInput

Complain = Callable[[BadInput], None]


def refuse(fault: BadInput) -> NoReturn:
    """A `Complain` that ends the import with the first fault."""
    raise fault
