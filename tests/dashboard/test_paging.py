import numpy as np
import pytest

from dashboard.paging import neighbours, page_at, place_of

ROWS = np.arange(0, 200, 2)  # 100 rows: 0, 2, 4, …


def test_first_page() -> None:
    page = page_at(ROWS, size=48)
    assert page.rows.tolist() == ROWS[:48].tolist()
    assert (page.position, page.previous, page.following) == ("1–48 of 100", False, True)


@pytest.mark.parametrize(
    ("row", "turned", "first"),
    [
        (96, 0, 48),  # the first row of the second page
        (94, 0, 0),  # the last of the first
        (95, 0, 48),  # not there: the next one is
        (96, 1, 96),
        (96, -1, 0),
        (96, -5, 0),  # no page before the first
        (96, 9, 96),  # none after the last
        (9999, 0, 96),
    ],
)
def test_page_that_holds_a_row(row: int, turned: int, first: int) -> None:
    assert page_at(ROWS, row, turned, size=48).first == first


def test_last_page_is_short() -> None:
    page = page_at(ROWS, 198, size=48)
    assert (page.position, len(page.rows), page.following) == ("97–100 of 100", 4, False)


def test_page_of_exactly_one_size_is_the_last() -> None:
    assert not page_at(ROWS[:48], size=48).following


def test_no_rows() -> None:
    page = page_at(np.empty(0, int), 7)
    assert (len(page.rows), page.previous, page.following) == (0, False, False)


@pytest.mark.parametrize(
    ("row", "around"),
    [(0, (None, 2)), (198, (196, None)), (50, (48, 52)), (51, (50, 52)), (300, (198, None))],
)
def test_neighbours(row: int, around: tuple[int | None, int | None]) -> None:
    assert neighbours(ROWS, row) == around


def test_rows_in_any_order() -> None:
    shuffled = np.array([7, 3, 9, 1, 5])
    assert page_at(shuffled, 9, size=2).rows.tolist() == [9, 1]
    assert page_at(shuffled, 9, turned=1, size=2).rows.tolist() == [5]
    assert page_at(shuffled, 4, size=2).first == 0  # not there
    assert neighbours(shuffled, 9) == (3, 1)
    assert neighbours(shuffled, 7) == (None, 3)
    assert neighbours(shuffled, 4) == (None, 7)
    assert place_of(shuffled, 5) == (4, True)
    assert place_of(shuffled, 4) == (0, False)
