"""Any encoder of timm, as `model=tu-NAME`: which there are, and the figures of one. Torch-free.

Names are read from timm's files. What an encoder leaves at its levels is found by building it, without numbers, in
another process, since a page must not import torch.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.errors import BadInput

PREFIX = "tu-"  # segmentation-models-pytorch's, for "timm universal"
LEVELS = 5
SIDE = 128  # pixels of the tile that is counted with


@dataclass(frozen=True)
class Encoder:
    """One encoder for grey tiles.

    channels: of its levels, the finest first; 0: none there · parameters: numbers that are learned · products:
    multiplications for a tile of 128×128 · weights: the repository with its ImageNet weights, "": there is none.
    """

    channels: tuple[int, ...]
    parameters: int
    products: int
    weights: str


def is_timm(model: str) -> bool:
    """Whether a `model` setting names one of these."""
    return model.startswith(PREFIX)


@cache
def names() -> frozenset[str]:
    """All networks that timm knows; not each can be an encoder."""
    spec = find_spec("timm")
    if spec is None or spec.origin is None:
        return frozenset()
    found: set[str] = set()
    for path in (Path(spec.origin).parent / "models").glob("*.py"):
        found |= set(re.findall(r"^@register_model\s+def (\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE))
    return frozenset(found)


def check(model: str) -> None:
    """Raises `BadInput`, with names that are near, where timm has no such network."""
    name = model.removeprefix(PREFIX).partition(".")[0]  # a tag may follow, which says how it was trained
    if name in names():
        return
    near = get_close_matches(name, sorted(names()), 5, 0.6)
    words = f"did you mean {', '.join(PREFIX + one for one in near)}?" if near else "timm.list_models() tells which are"
    raise BadInput(f"model={model}: timm has no network {name!r}; {words}")


@cache
def encoder(model: str, stride1: bool = False, levels: int = LEVELS) -> Encoder:
    """The figures of so many levels of `model`, found once by another process (some seconds).

    Raises `BadInput` if it can't be one.
    """
    command = [sys.executable, "-m", "core.segment.timm_encoders", model, str(int(stride1)), str(levels)]
    answer = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    if answer.returncode:
        lines = answer.stderr.strip().splitlines() or ["no reason given"]
        raise BadInput(lines[-1].removeprefix("core.errors.BadInput: "))
    facts: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return Encoder(tuple(facts["channels"]), facts["parameters"], facts["products"], facts["weights"])


def _measured(model: str, stride1: bool, levels: int) -> Encoder:
    import torch
    from timm.models import get_pretrained_cfg

    from core.segment.encoders import EncoderUNet
    from core.segment.settings import TrainSettings

    products = 0

    def count(module: Any, given: tuple[Any, ...], out: Any) -> None:
        nonlocal products
        outputs = out[0].numel() if isinstance(module, torch.nn.Conv2d) else out.numel() // len(out)
        products += module.weight[0].numel() * outputs

    with torch.device("meta"), torch.no_grad():
        network: Any = EncoderUNet(TrainSettings("", model=model, stride1=stride1, levels=levels)).network.encoder
        for module in network.modules():
            if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
                module.register_forward_hook(count)
        try:
            network.eval()(torch.zeros(1, 1, SIDE, SIDE))
        except Exception as error:
            reason = str(error).partition("\n")[0]
            raise BadInput(f"model={model}: it does not take tiles of any size ({reason}); choose another") from error
    told = get_pretrained_cfg(model.removeprefix(PREFIX), allow_unregistered=False)
    return Encoder(
        channels=tuple(network.out_channels[1:]),
        parameters=sum(one.numel() for one in network.parameters()),
        products=products,
        weights=(told.hf_hub_id or "") if told else "",
    )


if __name__ == "__main__":
    try:
        print(json.dumps(asdict(_measured(sys.argv[1], sys.argv[2] == "1", int(sys.argv[3])))))
    except BadInput as error:
        sys.exit(str(error))
