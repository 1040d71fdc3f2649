"""What config.json of a run says. Torch-free."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core import atomic
from core.errors import BadInput, NotFound
from core.workspace import RunFolder


def load_config(run: RunFolder, **kinds: type) -> dict[str, Any]:
    """What config.json of a run says; `kinds`: what must be in it beside its data set and its settings.

    Raises `NotFound`, or `BadInput` when it is damaged.
    """
    with _named(run):
        if "imported" in atomic.read_object(run.config):
            raise BadInput(f"run {run.id} was made elsewhere and imported: there is no model here that could predict")
        return atomic.read_object(run.config, dataset=str, settings=dict, **kinds)


def dataset_of(run: RunFolder) -> str:
    """Name of the data set that a run is of, trained here or made elsewhere. Raises as `load_config` does."""
    with _named(run):
        return str(atomic.read_object(run.config, dataset=str)["dataset"])


@contextmanager
def _named(run: RunFolder) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(f"run {run.id} has not begun to train, so there is nothing to use yet") from error
    except ValueError as error:
        raise BadInput(f"{run.config} is damaged ({error}); restore it from a backup or train again") from error
