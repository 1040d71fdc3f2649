"""Training, from the first batch to the best checkpoint. Imports torch.

What an epoch does depends on (seed, epoch) alone, so a training that was stopped or killed goes on from the
end of its last whole epoch as if nothing had happened; with a time limit, how long steps take decides too.
Not covered: several devices.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

import psutil
import torch
from torch import Tensor, nn

from core.dataset.tiles import TileStore
from core.errors import TrainingFailed, WorkspaceError, in_words
from core.progress import Progress, silent
from core.segment import checkpoint, first_weights, pretrained, samples
from core.segment.augment import augment, draw, learned_shape
from core.segment.averaging import WeightAverage
from core.segment.batches import DeviceTiles, epoch_order
from core.segment.checkpoint import CheckpointWriter
from core.segment.encoders import EncoderUNet
from core.segment.engine import TrainingStep, open_fabric, out_of_memory, set_up
from core.segment.ensemble import members
from core.segment.labels import labelled_for
from core.segment.losses import loss_at, stage_at
from core.segment.metrics_log import MetricsLog
from core.segment.models import standardise_depths
from core.segment.plan import keep_micro_batch, make_plan
from core.segment.schedule import CROPPED, Budget, learning_rate
from core.segment.settings import PLAIN, TrainSettings
from core.segment.validation import Scores, probability_maps, validate
from core.workspace import JobFolder, RunFolder, Workspace

logger = logging.getLogger(__name__)

VALIDATION_BATCH = 64


def run(workspace: Workspace, folder: JobFolder, progress: Progress, settings: dict[str, Any]) -> dict[str, Any]:
    """Job: train with `settings` (as `TrainSettings.to_dict` gives them) in the run's folder."""
    return train(workspace, RunFolder(folder.root), TrainSettings.from_dict(settings), progress)


def train(workspace: Workspace, run: RunFolder, settings: TrainSettings, progress: Progress = silent) -> dict[str, Any]:
    """Train, or go on from last.pt. Gives epoch, epochs, best {epoch, map, loss}, seconds, device, precision, early.

    early: whether it ended before its last epoch, because the score no longer rose. Raises `NotFound`,
    `BadInput`, `TrainingFailed` (out of memory, a loss that is no number, too few tiles, a data set that was
    replaced), `WorkspaceError` (full disk, no permission), and `Stopped` from `progress`.
    """
    with _failures_in_words(settings):
        store = labelled_for(run, TileStore.open(workspace.existing_dataset(settings.dataset)))
        progress(0, None, "measuring what is fastest here", epochs=settings.epochs, tiles_per_second=None)
        return _Training(workspace, run, store, settings, progress).whole()


@dataclass(frozen=True)
class State:
    """How far a training is.

    epoch: the last whole one · best: {epoch, map, loss} of the best one, None before there is one ·
    seconds: of work in whole epochs, all attempts together · measuring: of them, for the last scores · done: share of
    the training that is over · settled: whether the best epoch ended with the loss and the tiles of the last ones; a
    checkpoint from before this was noted counts as if, so that nothing but a better score takes its best epoch's place.
    """

    epoch: int = 0
    best: dict[str, Any] | None = None
    seconds: float = 0.0
    measuring: float = 0.0
    done: float = 0.0
    settled: bool = True

    def after(
        self, scores: Scores, seconds: float, measuring: float = 0.0, done: float = 0.0, settled: bool = True
    ) -> State:
        """The state one epoch later. An epoch that is settled is better than all that are not."""
        epoch, best = self.epoch + 1, self.best
        if best is None or (settled, scores.map, -scores.loss) > (self.settled, best["map"], -best["loss"]):
            best = {"epoch": epoch, "map": scores.map, "loss": scores.loss}
        else:
            settled = self.settled
        return State(epoch, best, self.seconds + seconds, measuring, done, settled)

    @property
    def is_best(self) -> bool:
        """Whether the last epoch is the best one."""
        return self.best is not None and self.best["epoch"] == self.epoch

    def given_up(self, patience: int) -> bool:
        """Whether the best epoch is `patience` epochs ago."""
        return self.best is not None and self.epoch - int(self.best["epoch"]) >= patience


class _Training:
    """Everything that the epochs share."""

    def __init__(
        self, workspace: Workspace, run: RunFolder, store: TileStore, settings: TrainSettings, progress: Progress
    ) -> None:
        begun = time.perf_counter()
        self.phase = ("", 0)  # which loss, and crops of which side, are learned at present
        self.told = 0  # how far it was when that was told last
        self.run, self.settings, self.progress = run, settings, progress
        self.plan = plan = make_plan(workspace, run, store, settings, progress)
        self.fabric = open_fabric(settings.device, plan.precision, settings.deterministic)
        self.model, self.optimizer = set_up(self.fabric, settings)
        if not run.last.exists():
            self._first_weights()
        network = self.model.module
        assert isinstance(network, nn.Module)
        self.average = WeightAverage(network, settings.ema) if settings.ema else None
        self.judged = self.fabric.setup_module(self.average.module) if self.average else self.model
        self.state = self._resumed() if run.last.exists() else State()
        self.micro_batch = plan.micro_batch
        self.tiles = DeviceTiles.load(store, self.fabric.device, settings.depth)
        self.measured = self.tiles.rows(plan.validation_rows)
        salt = store.index["salt_proportion"].to_numpy()[plan.validation_rows]
        self.shown = self.tiles.rows(plan.validation_rows[samples.choose(salt)])
        self.steps, self.batch_size = epoch_order(plan.train_rows, settings.batch_size, 0, 0).shape
        self.tile_shape = store.tile_shape
        self.set_up_seconds = time.perf_counter() - begun

    def whole(self) -> dict[str, Any]:
        """Do the epochs that are left."""
        settings = self.settings
        with CheckpointWriter() as writer, MetricsLog(self.run.metrics, self.state.epoch, self.batch_size) as log:
            while self.state.done < 1 and not self.state.given_up(settings.patience):
                self._epoch(log, writer)
        early = self.state.done < 1
        return self._facts(self.state.epoch) | {"seconds": round(self.state.seconds, 1), "early": early}

    def _epoch(self, log: MetricsLog, writer: CheckpointWriter) -> None:
        epoch, begun = self.state.epoch + 1, time.perf_counter()
        budget = self._budget()
        losses = self._learn(epoch, budget, log)
        learned = time.perf_counter() - begun
        scores = self._validate(epoch, budget.done(epoch * self.steps, self.state.seconds + learned))
        seconds = time.perf_counter() - begun
        done = budget.done(epoch * self.steps, self.state.seconds + seconds)
        settled = self.phase == (stage_at(self.settings.loss, 1), 0)
        self.state = self.state.after(scores, seconds, seconds - learned, done, settled)
        log.epoch(
            {
                "epoch": epoch,
                "loss": float(losses.mean()),
                "validation_loss": scores.loss,
                "iou": scores.iou,
                "dice": scores.dice,
                "map": scores.map,
                "learning_rate": self.optimizer.param_groups[0]["lr"],
                "tiles_per_second": round(len(losses) * self.batch_size / learned, 2),
                "seconds": round(seconds, 3),
                "memory_mb": round(memory_mb(self.fabric.device), 1),
                "stage": self.phase[0],
                "crop": self.phase[1],
            }
        )
        self._picture(epoch)
        self._save(writer, scores)

    def _learn(self, epoch: int, budget: Budget, log: MetricsLog) -> Tensor:
        """The steps of an epoch, as far as there is time; their losses. The device is waited for once, at the end."""
        settings, begun = self.settings, time.perf_counter()
        order = epoch_order(self.plan.train_rows, settings.batch_size, settings.seed, epoch, settings.networks)
        rows = self.tiles.rows(order)
        changes = draw(rows.numel(), settings.seed, epoch, settings.varied).view(*rows.shape, -1).to(self.fabric.device)
        losses: list[Tensor] = []
        facts = self._facts(epoch)
        log.begin_epoch()
        self.model.train()
        for i in range(self.steps):
            step = (epoch - 1) * self.steps + i + 1
            done = budget.done(step - 0.5, self.state.seconds + time.perf_counter() - begun)
            if done >= 1 and losses:
                break
            rate, crop = learning_rate(done, settings.learning_rate, settings.schedule), self._enter_phase(done)
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            images, masks = self.tiles.batch(rows[i])
            if settings.augment:
                images, masks = augment(images, masks, changes[i], learned_shape(self.tile_shape, settings, crop))
            losses.append(self.step(self.tiles.with_depths(images, rows[i]), masks))
            if self.average:
                self.average.update(step)
            log.step(step, epoch, rate, losses[i])
            now = facts | {"loss": log.loss, "tiles_per_second": log.tiles_per_second}
            self.progress(*self._told(done), self._title(epoch), **now)
        log.flush()
        return torch.stack(losses)

    def _budget(self) -> Budget:
        """What there is to spend; with a time limit less what it takes to begin and to measure at the end."""
        steps, minutes = self.settings.epochs * self.steps, self.settings.minutes
        return Budget(steps, minutes * 60 - self.set_up_seconds - self.state.measuring if minutes else None)

    def _enter_phase(self, done: float) -> int:
        """Make ready to learn as it is done after a share `done` of the training; gives the side of the crops."""
        crop = self.settings.crop if done < CROPPED else 0
        phase = (stage_at(self.settings.loss, done), crop)
        if phase != self.phase:  # another loss or another shape is another step, where steps are recorded
            self.phase = phase
            parts = (self.fabric, self.model, self.optimizer, self.micro_batch, self._smaller, self.plan.launch)
            self.step = TrainingStep(*parts, loss=loss_at(self.settings.loss, done, self.settings.salt_head))
        return crop

    def _told(self, done: float) -> tuple[int, int]:
        """How far a share `done` is, out of how much: in steps, or with a time limit in seconds; never back."""
        minutes = self.settings.minutes
        whole = math.ceil(minutes * 60) if minutes else self.settings.epochs * self.steps
        self.told = max(self.told, math.ceil(round(done * whole, 3)))
        return self.told, whole

    def _title(self, epoch: int) -> str:
        minutes = self.settings.minutes
        return f"epoch {epoch} · {minutes:g} min in all" if minutes else f"epoch {epoch} of {self.settings.epochs}"

    def _validate(self, epoch: int, done: float) -> Scores:
        def tell() -> None:
            self.progress(*self._told(done), f"measuring {self._title(epoch)}")

        batch = min(VALIDATION_BATCH, 2 * self.micro_batch)
        return validate(self.judged, self.tiles, self.measured, batch, tell, self.step.loss)

    def _picture(self, epoch: int) -> None:
        maps, _ = probability_maps([self.judged], self.tiles.images(self.shown))
        originals = (self.tiles.chosen(array, self.shown) for array in (self.tiles.tiles, self.tiles.masks))
        samples.write(self.run.samples, epoch, *(picture.cpu().numpy() for picture in (*originals, maps)))

    def _save(self, writer: CheckpointWriter, scores: Scores) -> None:
        """Hand best.pt (if this is the best epoch) and last.pt to the writer, last.pt last: it says where to go on."""
        judged = self.judged.state_dict()
        facts = {"settings": self.settings.to_dict(), "tile_shape": list(self.tile_shape), "epoch": self.state.epoch}
        facts |= {"scores": asdict(scores), "best": self.state.best, "seconds": round(self.state.seconds, 1)}
        whole = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        whole |= {"average": judged} if self.average else {}
        best = {self.run.best: ({"model": judged}, facts)} if self.state.is_best else {}
        writer.write({**best, self.run.last: (whole | {"state": asdict(self.state)}, facts)})

    def _first_weights(self) -> None:
        if self.plan.depths:
            standardise_depths(self.model, self.plan.depths["mean"], self.plan.depths["spread"])
        path = first_weights.find(self.settings)
        if path is not None:
            assert isinstance(self.model.module, nn.Module)
            for network in members(self.model.module):
                assert isinstance(network, EncoderUNet)
                pretrained.load(network, self.settings.model, path)
        elif first_weights.missing(self.settings):
            logger.warning("first weights: %s", first_weights.in_words(self.settings))

    def _smaller(self, tiles: int) -> None:
        """Memory does not suffice for larger parts of a batch than `tiles`: say so, and keep to it after a resume."""
        step = self.batch_size * self.settings.networks
        logger.warning("out of memory: going on with %d tiles at once, %d a step", tiles, step)
        self.micro_batch = tiles
        keep_micro_batch(self.run, tiles)

    def _resumed(self) -> State:
        saved = checkpoint.load(self.run.last)
        parts: dict[str, Any] = {"model": self.model, "optimizer": self.optimizer}
        checkpoint.restore(self.run.last, saved, **parts | ({"average": self.judged} if self.average else {}))
        state = State(**saved["state"])
        return replace(state, done=max(state.done, state.epoch / self.settings.epochs))

    def _facts(self, epoch: int) -> dict[str, Any]:
        return {"epoch": epoch, "epochs": self._epochs(), "best": self.state.best} | {
            "steps_per_epoch": self.steps,
            "device": self.plan.device,
            "precision": self.plan.precision,
            "micro_batch": self.micro_batch,
        }

    def _epochs(self) -> int | None:
        """How many there will be: with a time limit as many as the last ones let expect, None before there is one."""
        if not self.settings.minutes:
            return self.settings.epochs
        done = self.state.done
        return min(self.settings.epochs, math.ceil(self.state.epoch / done)) if done else None


def memory_mb(device: torch.device) -> float:
    """Most memory taken on the GPU so far, or what this process holds now where there is none; in MiB."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    return float(psutil.Process().memory_info().rss) / 2**20


@contextmanager
def _failures_in_words(settings: TrainSettings) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WorkspaceError(in_words(error)) from error
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        size = f" and width={settings.width}" if settings.model == PLAIN else ""
        size += f" and enlarge={settings.enlarge:g}" if settings.enlarge > 1 else ""
        raise TrainingFailed(
            f"out of memory with model={settings.model}{size}; close other programs or take a smaller network"
        ) from error
