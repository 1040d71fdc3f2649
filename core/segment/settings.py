"""What a training can be told. Torch-free: pages and the command line read it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import Field, asdict, dataclass, field, fields
from typing import Any

from core.errors import BadInput, NotFound
from core.segment import timm_encoders

PLAIN = "unet"  # the network without an encoder
SQUEEZE = 16  # channels for one that attention to channels puts them together in


def _setting(default: Any, words: str, **limits: Any) -> Any:
    """A field with `words` for people and limits: `choices` and what else is `also` taken, or `low` and `high`.

    plain: it means something for the plain U-Net alone, or (False) for those with an encoder alone.
    """
    return field(default=default, metadata={"help": words, **limits})


@dataclass(frozen=True)
class TrainSettings:
    """One training, whole: the same settings on the same device and data give the same curve.

    Each field's metadata holds `help` and its limits. Raises `BadInput` for a value outside of them.
    """

    dataset: str = field(metadata={"help": "data set whose labelled tiles are learned"})
    model: str = _setting(
        "unet",
        "network; unet: the plain one, four levels down and up; else a U-Net whose way down is that encoder; "
        "tu-NAME: any encoder of timm",
        choices=("unet", "resnet34", "efficientnet_lite0", "efficientnet_lite1", "efficientnet_lite2"),
        also="tu-NAME for any encoder of timm, such as tu-convnext_tiny",
    )
    width: int = _setting(
        8,
        "of the plain unet: channels of the first level, doubled at each of the next four",
        low=1,
        high=256,
        plain=True,
    )
    levels: int = _setting(
        timm_encoders.LEVELS,
        "of an encoder that are used, each with half the height and width of the one before; what lies deeper is left "
        "out, which saves time",
        low=3,
        high=timm_encoders.LEVELS,
        plain=False,
    )
    decoder_width: int = _setting(
        16,
        "of a U-Net with an encoder: channels of the last level of its way up, doubled at each one before",
        low=1,
        high=256,
        plain=False,
    )
    pretrained: bool = _setting(True, "start an encoder from ImageNet weights, where they are installed", plain=False)
    scse: bool = _setting(
        False,
        "let the way up of a U-Net with an encoder weigh channels and places by what it sees (scSE attention); with a "
        "decoder_width of 16 or more",
        plain=False,
    )
    stride1: bool = _setting(
        False,
        "let an encoder's first convolution look at every pixel, for small tiles; about 4 times the operations",
        plain=False,
    )
    enlarge: float = _setting(
        1.0,
        "factor by which the network enlarges tiles, to see finer; operations grow with the square of their side, "
        "which goes in steps of 16 or 32 pixels",
        low=1.0,
        high=2.0,
    )
    networks: int = _setting(
        1,
        "how many such networks learn at once, each with first weights and an order of its own, and answer with the "
        "mean of their probabilities; as many times the operations",
        low=1,
        high=32,
    )
    depth: bool = _setting(
        False, "tell the network the depth of each tile, at its deepest level; where there is none it is the mean"
    )
    salt_head: bool = _setting(
        False,
        "let the network also say whether there is any salt in a tile; tuning may then empty masks where it says no",
    )
    epochs: int = _setting(50, "passes over the training tiles", low=1, high=100_000)
    minutes: float = _setting(
        0.0,
        "time for the whole training, and for each fold of a cross-validation, however few epochs that makes; its "
        "schedule fits in; 0: no limit",
        low=0.0,
        high=1_000_000.0,
    )
    batch_size: int = _setting(32, "tiles a step", low=1, high=65_536)
    learning_rate: float = _setting(2e-3, "highest learning rate: reached after a tenth of the training, then falling")
    schedule: str = _setting(
        "one_cycle",
        "how the learning rate falls; one_cycle: once; cyclic: four times, from half the height after the first",
        choices=("one_cycle", "cyclic"),
    )
    weight_decay: float = _setting(
        0.0, "share of the learning rate by which weights shrink each step", low=0.0, high=1.0
    )
    ema: float = _setting(
        0.0,
        "share that a step leaves of the moving average of the weights, which is measured and kept; 0: no average",
        low=0.0,
        high=0.99999,
    )
    loss: str = _setting(
        "bce_dice",
        "what is made small; staged: bce_dice in the first half, then bce_lovasz, which is nearer to the score",
        choices=("bce", "dice", "focal", "lovasz", "lovasz_symmetric", "bce_dice", "bce_lovasz", "staged"),
    )
    patience: int = _setting(
        15,
        "epochs without a better score after which the training ends early; an epoch with the loss and the whole tiles "
        "of the last ones is better than any before",
        low=1,
    )
    seed: int = _setting(0, "of the first weights, the order and the augmentation", low=0, high=2**31 - 1)
    split_seed: int = _setting(
        0,
        "of the folds; trainings with another seed keep the same tiles aside unless it differs",
        low=0,
        high=2**31 - 1,
    )
    folds: int = _setting(5, "parts of equal salt that the labelled tiles are put into", low=2, high=100)
    fold: int = _setting(0, "which of them, from 0, is kept aside to measure on; the others are learned", low=0)
    groups: str = _setting(
        "mosaic",
        "which tiles stay in one part; mosaic: those of one section, as they show the same rock",
        choices=("mosaic", "none"),
    )
    augment: bool = _setting(True, "show each tile flipped, shifted, stretched and brightened at random")
    varied: bool = _setting(
        False,
        "with augment: also enlarge parts of some tiles, and show each anywhere among its reflections; for many epochs",
    )
    crop: int = _setting(
        0,
        "side in pixels of the part of a tile that is learned at first, for speed; with augment; 0: whole tiles",
        low=0,
    )
    device: str = _setting(
        "auto", "where to compute; auto: a GPU if there is one", choices=("auto", "cpu", "cuda", "mps")
    )
    precision: str = _setting(
        "auto",
        "number format; auto: the faster one in a short measurement at the start, fp32 where the device has no bf16",
        choices=("auto", "fp32", "bf16"),
    )
    launch: str = _setting(
        "auto",
        "how a step's operations reach the device; eager: one by one, side_by_side: networks or parts of the batch at "
        "once, a core each (CPU only), graph: recorded once and replayed (NVIDIA only), compiled: by torch.compile; "
        "auto: on a CPU side_by_side with several networks, or where other programs are at work at the start, on a "
        "GPU what saves time in a run of this length",
        choices=("auto", "eager", "side_by_side", "graph", "compiled"),
    )
    deterministic: bool = _setting(
        False, "only operations that give the same bits every time (a CPU's do anyway; slower on a GPU)"
    )
    labels: str = _setting(
        "competition",
        "which masks are learned; reviewed: as people left them when the training was started",
        choices=("competition", "reviewed"),
    )

    def __post_init__(self) -> None:
        for one in fields(self):
            _check(one, getattr(self, one.name))
        if not (math.isfinite(self.learning_rate) and 0 < self.learning_rate <= 1):
            raise BadInput(f"learning_rate={self.learning_rate}: expected a number above 0 and up to 1")
        if self.scse and self.model != PLAIN and self.decoder_width < SQUEEZE:
            raise BadInput(
                f"decoder_width={self.decoder_width}: expected at least {SQUEEZE} with scse=true, or scse=false"
            )
        if self.crop and not self.augment:
            raise BadInput(f"crop={self.crop}: expected augment=true with it, which moves what is cut out about")
        if self.fold >= self.folds:
            raise BadInput(f"fold={self.fold}: expected 0 to {self.folds - 1}, as there are folds={self.folds}")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainSettings:
        """Settings from `asdict` of others, of an older version too. Raises `BadInput` for one that does not exist."""
        values = _renewed(values)
        for key in values:
            _field(key)
        if "dataset" not in values:
            raise BadInput("dataset: missing; name the data set to train on")
        return cls(**values)

    @classmethod
    def from_pairs(cls, pairs: Sequence[str], preset: str = "unet") -> TrainSettings:
        """Settings of a preset, changed by "KEY=VALUE" words. Raises `BadInput`, `NotFound` for the preset."""
        values = dict(find_preset(preset).changes)
        for pair in pairs:
            key, equals, text = pair.partition("=")
            if not equals:
                raise BadInput(f"{pair!r}: expected KEY=VALUE, such as epochs=10")
            values[key.strip()] = _parse(_field(key.strip()), text.strip())
        return cls.from_dict(values)

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain values, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Preset:
    """Settings that go together, with a name and one sentence."""

    name: str
    words: str
    changes: Mapping[str, Any]


_RECIPE = {
    "model": "efficientnet_lite0",
    "levels": 4,
    "decoder_width": 8,
    "epochs": 130,
    "learning_rate": 1.5e-3,
    "weight_decay": 0.01,
    "ema": 0.998,
    "loss": "staged",
    "patience": 1000,
}
PRESETS = {
    preset.name: preset
    for preset in (
        Preset("unet", "the plain U-Net of the original notebook, 50 epochs", {}),
        Preset(
            "quick", "a usable model within 5 minutes on two cores", _RECIPE | {"minutes": 4.7, "ema": 0.99, "crop": 96}
        ),
        Preset(
            "best",
            "what gave the best scores; on a CPU set minutes, such as 60",
            _RECIPE | {"epochs": 300, "enlarge": 1.5, "varied": True, "crop": 96},
        ),
        Preset(
            "demo",
            "learns the synthetic tiles within a minute",
            _RECIPE | {"epochs": 10, "learning_rate": 2e-3, "ema": 0.9, "crop": 96},
        ),
    )
}


def find_preset(name: str) -> Preset:
    """The preset called `name`. Raises `NotFound`."""
    if name not in PRESETS:
        raise NotFound(f"there is no preset {name!r}; there is: {', '.join(PRESETS)}")
    return PRESETS[name]


def _renewed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as this version names them: once there was a share `validation` instead of folds."""
    share = values.get("validation")
    if not isinstance(share, float) or not 0 < share < 1:
        return dict(values)
    others = {key: value for key, value in values.items() if key != "validation"}
    return others | {"folds": max(2, round(1 / share))}


def _field(name: str) -> Field[Any]:
    known = {one.name: one for one in fields(TrainSettings)}
    if name not in known:
        raise BadInput(f"there is no setting {name!r}; there is: {', '.join(known)}")
    return known[name]


_TYPES: dict[str, type | tuple[type, ...]] = {"str": str, "int": int, "float": (int, float), "bool": bool}
_WORDS = {"str": "a word", "int": "a whole number", "float": "a number", "bool": "true or false"}


def _check(one: Field[Any], value: Any) -> None:
    kind = str(one.type)
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "bool"):
        raise BadInput(f"{one.name}={value!r}: expected {_WORDS[kind]}")
    choices, low, high = (one.metadata.get(key) for key in ("choices", "low", "high"))
    also = one.metadata.get("also")
    if also and isinstance(value, str) and timm_encoders.is_timm(value):
        timm_encoders.check(value)
    elif choices and value not in choices:
        raise BadInput(f"{one.name}={value}: expected {' or '.join(choices)}{f', or {also}' if also else ''}")
    if low is not None and not value >= low:  # which no comparison with NaN is
        raise BadInput(f"{one.name}={value}: expected at least {low}")
    if high is not None and not value <= high:
        raise BadInput(f"{one.name}={value}: expected at most {high}")


def _parse(one: Field[Any], text: str) -> Any:
    kind = str(one.type)
    if kind == "bool":
        words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        if text.lower() not in words:
            raise BadInput(f"{one.name}={text}: expected true or false")
        return words[text.lower()]
    try:
        return {"str": str, "int": int, "float": float}[kind](text)
    except ValueError as error:
        raise BadInput(f"{one.name}={text}: expected {_WORDS[kind]}") from error
