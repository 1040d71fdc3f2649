from dashboard.components.desk_state import DeskState
from dashboard.components.mask_editor import Clash


def test_a_clash_stays_with_its_item() -> None:
    desk = DeskState(item=1, clash=Clash("has a newer mask", "1 1", 5, "accept"))
    desk.take_up(2)
    assert (desk.item, desk.clash) == (2, None)
