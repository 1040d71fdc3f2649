"""Settings: limits in words, KEY=VALUE, presets."""

from __future__ import annotations

from dataclasses import fields

import pytest

from core.errors import BadInput, NotFound
from core.segment.settings import PRESETS, TrainSettings


def test_pairs_change_a_preset_and_plain_values_come_back() -> None:
    settings = TrainSettings.from_pairs(["dataset=a", "epochs=3", "learning_rate=1e-4", "augment=no", "crop=0"], "demo")
    assert (settings.epochs, settings.learning_rate, settings.augment) == (3, 1e-4, False)
    assert settings.ema == PRESETS["demo"].changes["ema"]
    assert TrainSettings.from_dict(settings.to_dict()) == settings


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_a_valid_setting(preset: str) -> None:
    assert TrainSettings.from_pairs(["dataset=a"], preset).dataset == "a"


def test_every_setting_has_words_for_people() -> None:
    assert all(len(one.metadata["help"]) > 10 for one in fields(TrainSettings))


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("epochs=0", "epochs=0: expected at least 1"),
        ("epochs=many", "epochs=many: expected a whole number"),
        ("epochs=2.5", "a whole number"),
        ("width=1000", "at most 256"),
        ("learning_rate=nan", "learning_rate=nan: expected a number above 0"),
        ("learning_rate=0", "above 0"),
        ("enlarge=0.5", "enlarge=0.5: expected at least 1"),
        ("enlarge=3", "enlarge=3.0: expected at most 2"),
        ("minutes=inf", "minutes=inf: expected at most"),
        ("enlarge=nan", "enlarge=nan: expected at least 1"),
        ("weight_decay=nan", "weight_decay=nan: expected at least 0"),
        ("decoder_width=0", "decoder_width=0: expected at least 1"),
        ("folds=1", "folds=1: expected at least 2"),
        ("fold=5", "fold=5: expected 0 to 4, as there are folds=5"),
        ("validation=0.2", "there is no setting 'validation'"),
        ("augment=maybe", "true or false"),
        ("device=tpu", "auto or cpu or cuda or mps"),
        ("model=vgg", "model=vgg: expected unet"),
        ("seed=-1", "at least 0"),
        ("colour=red", "there is no setting 'colour'; there is: dataset, model"),
        ("epochs", "expected KEY=VALUE"),
    ],
)
def test_a_bad_value_is_named(pair: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        TrainSettings.from_pairs(["dataset=a", pair])


@pytest.mark.parametrize(("share", "folds"), [(0.2, 5), (0.1, 10), (0.3, 3), (0.9, 2)])
def test_settings_of_older_runs_are_read(share: float, folds: int) -> None:
    settings = TrainSettings.from_dict({"dataset": "a", "validation": share, "epochs": 3})
    assert (settings.folds, settings.fold, settings.epochs) == (folds, 0, 3)


def test_what_is_missing_or_unknown_is_named() -> None:
    with pytest.raises(BadInput, match="dataset: missing"):
        TrainSettings.from_pairs([])
    with pytest.raises(NotFound, match="no preset 'best2'; there is: unet"):
        TrainSettings.from_pairs(["dataset=a"], "best2")
    with pytest.raises(BadInput, match="epochs=True: expected a whole number"):
        TrainSettings(dataset="a", epochs=True)


def test_attention_needs_channels_to_put_together() -> None:
    told = {"dataset": "a", "scse": True, "model": "resnet34"}
    assert TrainSettings.from_dict(told | {"decoder_width": 16}).scse
    with pytest.raises(BadInput, match="decoder_width=8: expected at least 16 with scse=true, or scse=false"):
        TrainSettings.from_dict(told | {"decoder_width": 8})
    assert TrainSettings.from_dict(told | {"decoder_width": 8, "model": "unet"}).scse  # which has no such thing
