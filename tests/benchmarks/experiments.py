"""What one change of a recipe is worth: `python -m tests.benchmarks.experiments BASE RUN... [--workspace DIR]`.

Prints a row for the experiments table of RESULTS.md for each run: what differs from BASE, its score on the tiles that
it kept aside, with the views that `predict` averages, the difference to BASE tile by tile with its 95 % interval from a
bootstrap, seconds, epochs, device, seed. Each run must have predicted its own labelled tiles:
`python -m core train NAME …`, then `python -m core predict RUN --split train`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from core import atomic
from core.segment.comparison import differing, paired
from core.segment.profile import Profile
from core.workspace import RunFolder, Workspace

DECIDED = ("tiles learned", "tiles kept aside", "first weights")  # follow from settings; what differs is told there


def row(base: RunFolder, run: RunFolder) -> str:
    """One line of the table."""
    first, other = Profile.of(base), Profile.of(run)
    config, last = (atomic.read_object(path) for path in (run.config, run.last.with_suffix(".json")))
    score, settings = other.score, config["settings"]
    cells = [
        ", ".join(_changes(first, other)) or "base",
        f"{score.map:.4f} ± {score.standard_error or 0:.4f}" if score else "–",
        _difference(first, other),
        f"{last['seconds']:,.0f}",
        str(last["epoch"]),
        f"{config['device']['name']}, {config['precision']}",
        f"{settings['seed']}, fold {settings['fold']} of {settings['folds']}",
    ]
    return f"| {' | '.join(cells)} |"


def _changes(base: Profile, other: Profile) -> Iterator[str]:
    for name, (before, after) in differing([base, other]):
        if name not in DECIDED:
            yield f"{name} {before} → {after}"


def _difference(base: Profile, other: Profile) -> str:
    found = paired(base, other) if base.run != other.run else None
    return f"{found.mean:+.4f} [{found.low:+.4f}, {found.high:+.4f}]" if found else "–"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", metavar="RUN", help="the first one is the base")
    parser.add_argument("--workspace")
    options = parser.parse_args()
    workspace = Workspace.open(options.workspace)
    runs = [workspace.existing_run(name) for name in options.runs]
    print("| changed | score | difference to the base, paired | seconds | epochs | device | seed |")
    print("|---|---|---|---|---|---|---|")
    for run in runs:
        print(row(runs[0], run), flush=True)


if __name__ == "__main__":
    main()
