"""Which device there is, in words, and what it can be expected to do. Imports torch only where it is asked.

A page must not import torch: it calls `look`, which lets another process do so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from core.errors import BadInput

_LOOKING = ThreadPoolExecutor(max_workers=1, thread_name_prefix="device")
CPU_WARNING = "No GPU was found: training on the CPU works, but takes several times as long."


def describe(device: str = "auto") -> dict[str, Any]:
    """What a training with this `device` setting will run on. Imports torch.

    Keys: device (cpu, cuda or mps), name, memory_gb (float, None if unknown), cores (threads torch computes
    with), bf16 (whether the hardware has it), precision (in words), warning (None or one sentence).
    Raises `BadInput` if there is no such device here.
    """
    import torch

    kind = resolve(device)
    facts: dict[str, Any] = {"device": kind, "cores": torch.get_num_threads(), "torch": torch.__version__}
    if kind == "cuda":
        properties = torch.cuda.get_device_properties(0)
        bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
        facts |= {"name": properties.name, "memory_gb": round(properties.total_memory / 2**30, 1), "warning": None}
    elif kind == "mps":
        bf16, facts = True, facts | {"name": "Apple GPU", "memory_gb": None, "warning": None}
    else:
        bf16 = bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
        facts |= {"name": _cpu_name(), "memory_gb": _memory_gb(), "warning": CPU_WARNING}
    words = "bf16 or fp32, whichever is faster in a short measurement at the start" if bf16 else "fp32"
    return facts | {"bf16": bf16, "precision": words}


def resolve(device: str) -> str:
    """The device behind a `device` setting: cpu, cuda or mps. Raises `BadInput` if it is not here. Imports torch."""
    import torch

    here = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if device == "auto":
        return next(kind for kind, found in here.items() if found)
    if not here.get(device, False):
        there = ", ".join(kind for kind, found in here.items() if found)
        raise BadInput(f"device={device}: there is none here that torch can use; expected auto or {there}")
    return device


@cache
def look(device: str = "auto") -> Future[dict[str, Any]]:
    """`describe`, found out once by another process, which takes some seconds; its result raises `BadInput`."""
    return _LOOKING.submit(_ask, device)


def _ask(device: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "core.segment.device", device]
    root = Path(__file__).parents[2]
    answer = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if answer.returncode:
        lines = answer.stderr.strip().splitlines() or ["no reason given"]
        raise BadInput(f"torch can't tell which device is here: {lines[-1]}")
    facts: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return facts


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = "CPU"
    return f"{name}, {os.cpu_count()} cores" if os.cpu_count() != 1 else f"{name}, 1 core"


def _memory_gb() -> float:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)


def main(device: str = "auto") -> int:
    """Print `describe(device)` as one line of JSON."""
    try:
        print(json.dumps(describe(device)))
    except BadInput as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
