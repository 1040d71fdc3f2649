"""Any encoder of timm: its name, its figures, its weights from a hub or at random with a warning."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import timm
import torch
from safetensors.torch import save_file
from torch import nn

from core.dataset.tiles import TileStore
from core.errors import BadInput
from core.segment import pretrained, timm_encoders
from core.segment.architecture import computed_shape, layers, products, summary
from core.segment.encoders import EncoderUNet
from core.segment.models import build
from core.segment.registry import MODELS, offers, size
from core.segment.settings import TrainSettings
from core.workspace import Workspace

SMALL = "tu-test_resnet"
CHANGES = [
    (SMALL, {"stride1": True, "depth": True, "salt_head": True}),
    ("tu-test_convnext", {"scse": True, "enlarge": 1.5}),
    (SMALL, {"levels": 4}),
]
ROOT = Path(__file__).parents[3]


NAMED = """
import sys
from core.errors import BadInput
from core.segment.settings import TrainSettings

TrainSettings("a", model="tu-convnext_tiny.fb_in1k")
try:
    TrainSettings("a", model="tu-resnet34s")
except BadInput as error:
    print(error)
assert "torch" not in sys.modules
"""


def test_names_are_known_without_torch_and_near_ones_are_offered() -> None:
    answer = subprocess.run([sys.executable, "-c", NAMED], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.startswith("model=tu-resnet34s: timm has no network 'resnet34s'; did you mean tu-resnet34")
    assert timm_encoders.names() >= {"resnet18", "convnext_tiny", "test_vit"}
    assert set(timm.list_models(module="resnet")) <= timm_encoders.names()
    with pytest.raises(BadInput, match=r"model=tu-xyzzyxx: .*timm.list_models"):
        TrainSettings("a", model="tu-xyzzyxx")


@pytest.mark.parametrize(("model", "changes"), CHANGES, ids=str)
def test_the_figures_are_those_of_the_network(model: str, changes: dict[str, bool]) -> None:
    settings = TrainSettings.from_dict({"dataset": "a", "model": model, **changes})
    network = build(settings)
    assert size(settings, (101, 101))[0] == sum(one.numel() for one in network.parameters())
    counted = []

    def count(module: nn.Conv2d | nn.Linear, given: object, out: torch.Tensor) -> None:
        outputs = out.numel() if isinstance(module, nn.Conv2d) else out.numel() // len(out)
        counted.append(module.weight[0].numel() * outputs)

    for name, module in network.to("meta").named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear) and not any(
            one in name for one in (".cSE.", "depth.", "salt_head")
        ):
            module.register_forward_hook(count)
    assert network.eval()(torch.zeros(1, 1, 40, 70, device="meta")).shape == (1, 1 + settings.salt_head, 40, 70)
    assert products(settings, (40, 70)) == pytest.approx(sum(counted), rel=0.01)
    height, width = computed_shape(settings, (40, 70))
    assert summary(settings, (40, 70))[0]["output"] == (
        network.network.encoder.out_channels[-1],
        *(side // layers(settings)[0].stride for side in (height, width)),
    )
    found = offers(settings, (101, 101), lambda told: None)
    assert model in {offer.model for offer in found} and len(found) == len(MODELS) + 1


@pytest.mark.parametrize("model", ["tu-test_vit", "tu-resnet18.nonsense"])
def test_what_can_not_be_an_encoder_says_so(model: str) -> None:
    with pytest.raises(BadInput, match=rf"model={model}: it can't be an encoder \(.+\); choose another"):
        build(TrainSettings("a", model=model))


def test_figures_of_what_can_not_be_an_encoder_say_so_too() -> None:
    with pytest.raises(BadInput, match=r"^model=tu-test_vit: it can't be an encoder"):
        size(TrainSettings("a", model="tu-test_vit"), (101, 101))
    with pytest.raises(BadInput, match=r"stride1=true: .* has stride 4, expected one of 2"):
        build(TrainSettings("a", model="tu-test_convnext", stride1=True))


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """Weights of timm's test_resnet as its hub holds them."""
    torch.manual_seed(0)
    path = tmp_path / "model.safetensors"
    save_file(timm.create_model("test_resnet").state_dict(), path)
    return path


def test_weights_are_put_in_without_wasting_a_stem_of_three_channels(weights: Path) -> None:
    network = build(TrainSettings("a", model=SMALL)).eval()
    assert isinstance(network, EncoderUNet)
    pretrained.load(network, SMALL, weights)
    theirs = timm.create_model(
        "test_resnet", features_only=True, pretrained=True, pretrained_cfg_overlay={"file": weights}
    )
    levels = torch.randint(0, 256, (2, 1, 64, 64)).float()
    with torch.no_grad():
        expected = theirs.eval()(((levels / 255 - 128 / 255) / 0.5).expand(-1, 3, -1, -1))
        found = network.network.encoder((levels - 128) / 64)[1:]
    for ours, wanted in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, wanted, rtol=1e-3, atol=1e-4)
    other = build(TrainSettings("a", model="tu-test_efficientnet"))
    assert isinstance(other, EncoderUNet)
    with pytest.raises(BadInput, match=r"model\.safetensors: these weights do not fit tu-test_efficientnet"):
        pretrained.load(other, "tu-test_efficientnet", weights)


@pytest.fixture
def hub(weights: Path) -> Iterator[str]:
    """The address of a hub that holds them alone."""

    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            found = self.path.startswith("/timm/test_resnet.r160_in1k/resolve/main/model.safetensors")
            self.send_response(200 if found else 404)
            self.send_header("ETag", '"abc"')
            self.send_header("X-Repo-Commit", "0" * 40)
            self.send_header("Content-Length", str(weights.stat().st_size if found else 0))
            self.end_headers()

        def do_GET(self) -> None:
            self.do_HEAD()
            if "model.safetensors" in self.path:
                self.wfile.write(weights.read_bytes())

        def log_message(self, *told: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_weights_come_from_the_hub_or_the_lack_of_them_is_told(
    workspace: Workspace, tiny: TileStore, hub: str, tmp_path: Path
) -> None:
    told = {}
    for name, address in (("hub", hub), ("alone", "http://127.0.0.1:9")):
        environment = os.environ | {"HF_ENDPOINT": address, "HF_HOME": str(tmp_path / name), "OMP_NUM_THREADS": "1"}
        pairs = [f"model={SMALL}", "epochs=1", "batch_size=4", "device=cpu", "precision=fp32"]
        sets = [word for pair in pairs for word in ("--set", pair)]
        command = [sys.executable, "-m", "core", "train", "tiny", *sets, "--workspace", str(workspace.root), "--json"]
        answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        run = workspace.run(json.loads(answer.stdout)["run"])
        told[name] = json.loads(run.config.read_text())["first_weights"]
        assert ("first weights: random" in answer.stderr) == (name == "alone")
        assert "Retrying" not in answer.stderr  # half a minute of it where there is no network
    assert told == {
        "hub": "ImageNet (model.safetensors)",
        "alone": f"random: no ImageNet weights for {SMALL} are installed here",
    }
