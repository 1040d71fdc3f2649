"""How commands answer people."""

from __future__ import annotations

from core.cli.options import facts, table


def test_numbers_are_as_short_in_tables_as_in_lines() -> None:
    rows = [{"run": "a", "map": 0.5782608695652174, "epoch": 10}, {"run": "bcd", "map": None}]
    assert table(rows, ["run", "map", "epoch"]).splitlines() == [
        "run  map     epoch",
        "a    0.5783  10",
        "bcd  –       –",
    ]
    assert facts({"map": 0.5782608695652174, "best": {"epoch": None}}).splitlines() == [
        "map         0.5783",
        "best.epoch  –",
    ]


def test_what_is_in_a_list_has_a_line_of_its_own() -> None:
    told = facts({"by_fold": [{"map": 0.25}, {"map": 0.5}], "reasons": [], "names": ["a", "b"]})
    assert told.splitlines() == [
        "by_fold.0.map  0.2500",
        "by_fold.1.map  0.5000",
        "reasons        []",
        "names          ['a', 'b']",
    ]
