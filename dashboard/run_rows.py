"""All runs as lines of a table: how their jobs go, and what is known of them besides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core import actions
from core.errors import SaltScopeError
from core.segment.profile import Profile
from core.workspace import RunFolder, Workspace
from dashboard import cache

DAMAGED = "damaged"
SHARES, COUNTS = ("Score", "±", "Minutes", "GFLOP a tile"), ("Tiles", "Epochs", "Parameters")  # columns, by their kind


@dataclass(frozen=True, eq=False)
class Row:
    """One run as the table shows it. facts: as `actions.run_facts` gives them."""

    folder: RunFolder
    facts: dict[str, Any]
    profile: Profile

    @classmethod
    def of(cls, folder: RunFolder) -> Row:
        """What is known of a run now; a damaged one is named as such."""
        try:
            facts = actions.run_facts(folder)
        except SaltScopeError as error:
            facts = {"state": DAMAGED, "error": str(error)}
        return cls(folder, facts, cache.profile(folder))

    @property
    def score(self) -> float | None:
        """Of its validation tiles as predicted, else the best that the training measured."""
        if self.profile.score:
            return self.profile.score.map
        best = self.facts.get("best")
        return best.get("map") if isinstance(best, dict) else None

    @property
    def error(self) -> float | None:
        """The standard error of that score; None where no tile was predicted."""
        return self.profile.score.standard_error if self.profile.score else None

    @property
    def seconds(self) -> float | None:
        """Of the training."""
        return self.profile.seconds or self.facts.get("seconds")


def rows(workspace: Workspace) -> list[Row]:
    """All runs, the newest first."""
    return [Row.of(folder) for folder in workspace.all_runs()]


def table(found: Sequence[Row]) -> pd.DataFrame:
    """One line a run; numbers are numbers, so that they can be sorted."""
    facts, profiles = [row.facts for row in found], [row.profile for row in found]
    return pd.DataFrame(
        {
            "Run": [row.folder.id for row in found],
            "State": [one.get("state") for one in facts],
            "Score": [row.score for row in found],
            "±": [row.error for row in found],
            "Tiles": [len(one.scores) or None for one in profiles],
            "Epochs": [epoch if isinstance(epoch := one.get("epoch"), int) else None for one in facts],
            "Minutes": [None if row.seconds is None else row.seconds / 60 for row in found],
            "GFLOP a tile": [one.gflop for one in profiles],
            "Parameters": [one.parameters for one in profiles],
            "Data set": [one.dataset for one in profiles],
            "Model": [one.model for one in profiles],
            "Device": [one.get("device") for one in facts],
        }
    ).astype(dict.fromkeys(SHARES, float) | dict.fromkeys(COUNTS, "Int64"))


def can_predict(row: Row) -> bool:
    """Whether the run has no scores of single tiles, and a checkpoint and a data set to make them with."""
    profile = row.profile
    known = profile.dataset in cache.workspace().dataset_names()
    return not len(profile.scores) and known and row.folder.best.exists()
