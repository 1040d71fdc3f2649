"""Commands about reviews: flag, queue, ledger."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from core.cli.options import JsonOption, WorkspaceOption, answer, facts, table
from core.cli.runs import RunArgument
from core.errors import BadInput
from core.progress import terminal
from core.review.choices import QueueOrder
from core.workspace import Workspace


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    app.command()(flag)
    app.command()(queue)
    app.command()(ledger)


def flag(
    run: RunArgument,
    dataset: Annotated[str | None, typer.Option(help="[default: the run's own]")] = None,
    threshold: Annotated[float, typer.Option(help="Limit of the predicted salt proportion, 0 to 1.")] = 0.05,
    over: Annotated[bool, typer.Option("--over", help="Flag tiles over the threshold instead of under it.")] = False,
    no_threshold: Annotated[bool, typer.Option("--no-threshold", help="Leave out that rule.")] = False,
    max_salt: Annotated[
        float | None, typer.Option(help="Also flag tiles with more predicted salt than this, 0 to 1.")
    ] = None,
    min_confidence: Annotated[
        float | None, typer.Option(help="Also flag tiles less confident than this, 0 to 1.")
    ] = None,
    min_iou: Annotated[
        float | None, typer.Option(help="Also flag tiles whose label and prediction agree less than this, 0 to 1.")
    ] = None,
    max_predicted_seam: Annotated[
        float | None,
        typer.Option(help="Also flag predictions that differ from a neighbour's in more of an edge."),
    ] = None,
    max_label_seam: Annotated[
        float | None, typer.Option(help="Also flag labels that differ from a neighbour's in more of an edge.")
    ] = None,
    max_severity: Annotated[
        float | None, typer.Option(help="Also flag tiles with a quality finding more severe than this, 0 to 1.")
    ] = None,
    every: Annotated[bool, typer.Option("--every", help="Flag only tiles that all these rules hold for.")] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Fill the review queue from a run's predictions: by any of these rules, or by all together."""
    from core.review.flagging import flag_run
    from core.review.policy import FlagRules
    from core.review.store import ReviewStore

    if over and max_salt is not None:
        raise BadInput("--over makes --threshold the highest salt proportion, as --max-salt does; give one of them")
    opened = Workspace.open(workspace)
    opened.existing_run(run)
    asked = None if no_threshold else threshold
    rules = FlagRules(
        salt_under=None if over else asked,
        salt_over=asked if over else max_salt,
        low_confidence=min_confidence,
        label_disagrees=min_iou,
        predicted_seam=max_predicted_seam,
        label_seam=max_label_seam,
        quality=max_severity,
        every=every,
    )
    result = flag_run(opened, ReviewStore(opened.database_url), run, dataset, rules)
    answer(json, result, facts(result))


def queue(
    run: Annotated[str | None, typer.Option(help="Only this run's items.")] = None,
    order: Annotated[
        QueueOrder, typer.Option(help="confidence: the least confident first; loss: the most expected loss of score.")
    ] = QueueOrder.CONFIDENCE,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """The state of the review queue and its order."""
    from core.review.store import ReviewStore

    opened = Workspace.open(workspace)
    if run is not None:
        opened.existing_run(run)
    store = ReviewStore(opened.database_url)
    items = [
        {str(name): value for name, value in row.items()} for row in store.queue(run, order=order).to_dict("records")
    ]
    counts = store.counts(run)
    columns = ["tile", "reasons", "salt_proportion", "confidence", "verdict", "reviewer"]
    text = f"{facts(counts)}\n\n{table(items, columns)}" if items else "the queue is empty: python -m core flag RUN"
    answer(json, {"counts": counts, "items": items}, text)


def ledger(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A data set.")],
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """What reviews were worth: each run on reviewed labels against the one without, on tiles that nobody touched."""
    from core.review.ledger import in_words, measured

    opened = Workspace.open(workspace)
    opened.existing_dataset(name)
    with terminal() as progress:
        entries = measured(opened, name, progress)
    text = "\n\n".join(map(in_words, entries)) if entries else "no run has learned reviewed labels yet"
    answer(json, {"dataset": name, "runs": [asdict(entry) for entry in entries]}, text)
