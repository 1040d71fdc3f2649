"""The list of networks: whole, and true to what is trained."""

from __future__ import annotations

from dataclasses import fields

import pytest

from core.segment.expectation import Expectation
from core.segment.models import build
from core.segment.registry import MODELS, offers, size
from core.segment.settings import TrainSettings

CHOICES = next(one for one in fields(TrainSettings) if one.name == "model").metadata["choices"]
SETTINGS = TrainSettings(dataset="a", epochs=4)


def test_every_network_has_its_line() -> None:
    assert sorted(MODELS) == sorted(CHOICES)


@pytest.mark.parametrize("model", CHOICES)
def test_parameters_are_those_of_the_network(model: str) -> None:
    settings = TrainSettings(dataset="a", model=model, width=4)
    assert size(settings, (101, 101))[0] == sum(one.numel() for one in build(settings).parameters())


def test_the_smallest_comes_first_with_its_time() -> None:
    found = offers(SETTINGS, (101, 101), lambda settings: Expectation(2.0, "earlier"))
    assert {offer.model for offer in found} == set(CHOICES)
    assert [offer.gflop for offer in found] == sorted(offer.gflop for offer in found)
    assert {(offer.seconds, offer.measured) for offer in found} == {(8.0, "earlier")}


def test_a_time_that_nobody_knows_is_not_made_up() -> None:
    assert {offer.seconds for offer in offers(SETTINGS, (101, 101), lambda settings: None)} == {None}


def test_minutes_end_a_training() -> None:
    told = TrainSettings(dataset="a", epochs=100, minutes=0.5)
    assert {offer.seconds for offer in offers(told, (101, 101), lambda settings: Expectation(2.0, None))} == {30.0}
