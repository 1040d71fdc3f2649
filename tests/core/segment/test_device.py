"""What the page says about the device, without torch in its own process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from core import atomic
from core.errors import BadInput
from core.segment import device
from core.segment.architecture import products
from core.segment.expectation import expected_epoch
from core.segment.settings import TrainSettings
from core.workspace import RunFolder, Workspace

ROOT = Path(__file__).parents[3]


def test_pages_get_settings_summary_predictions_and_device_without_torch() -> None:
    code = """if True:
        import sys
        from core.segment import architecture, expectation, metrics, predictions, settings
        from core.segment.device import look
        assert look("cpu").result()["device"] == "cpu"
        sys.exit("torch" in sys.modules)
    """
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_another_process_describes_the_same_device() -> None:
    assert device.look("cpu").result() == device.describe("cpu")
    facts = device.describe("cpu")
    assert facts["name"] and facts["cores"] >= 1 and facts["memory_gb"] > 0
    assert "No GPU was found" in facts["warning"]
    assert device.describe("auto")["device"] == device.resolve("auto")


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="this machine has what is asked for")
def test_a_device_that_is_not_here_is_named() -> None:
    words = "device=mps: there is none here that torch can use; expected auto or .*cpu"
    with pytest.raises(BadInput, match=words):
        device.resolve("mps")
    with pytest.raises(BadInput, match=words):
        device.look("mps").result()


def test_the_expected_time_comes_from_an_earlier_run_on_such_a_device(
    workspace: Workspace, new_run: Callable[[str], RunFolder]
) -> None:
    here = {"device": "cpu", "name": "A CPU", "cores": 2, "bf16": False}
    small, large = TrainSettings(dataset="a", width=4), TrainSettings(dataset="a", width=8)
    rough = expected_epoch(workspace, small, 100, (101, 101), here)
    assert rough.measured is None and rough.seconds > 0
    assert expected_epoch(workspace, large, 100, (101, 101), here).seconds > 3 * rough.seconds

    run = new_run("20260101-earlier")
    config = {"settings": small.to_dict(), "device": here, "train_tiles": 80, "validation_tiles": 20}
    atomic.write_json(run.config, config | {"tile_shape": [101, 101]})
    new_run("20260102-just-begun")
    assert expected_epoch(workspace, small, 100, (101, 101), here) == rough
    atomic.write_json(run.last.with_suffix(".json"), {"epoch": 2, "seconds": 50.0})
    assert expected_epoch(workspace, small, 100, (101, 101), here) == rough, "too little to go by"
    atomic.write_json(run.last.with_suffix(".json"), {"epoch": 5, "seconds": 50.0})
    measured = expected_epoch(workspace, small, 200, (101, 101), here)
    assert measured.measured == run.id and measured.seconds == pytest.approx(20)
    assert expected_epoch(workspace, small, 200, (101, 101), here | {"name": "another"}).measured is None
    other = expected_epoch(workspace, large, 200, (101, 101), here)
    pace = measured.seconds / products(small, (101, 101))
    assert other.measured is None, "a rough figure"
    assert other.seconds == pytest.approx(pace * products(large, (101, 101))), "at the pace of this device"


def test_products_of_the_usual_tile_are_known() -> None:
    assert products(TrainSettings(dataset="a", width=8), (101, 101)) == 189_005_824
