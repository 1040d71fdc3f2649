"""The mask editor in a real browser: what is painted is what Python gets, and none of it is lost."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from scipy import ndimage
from skimage.measure import points_in_poly
from skimage.morphology import remove_small_objects
from skimage.segmentation import flood

from core.dataset import rle
from core.review.masks import MaskStore
from tests.server import ROOT, Server, free_port

pytestmark = pytest.mark.browser

HEIGHT, WIDTH = SHAPE = (20, 16)
ROWS, COLUMNS = np.mgrid[:HEIGHT, :WIDTH]
GREY = np.where(COLUMNS * 2 > ROWS, 200, 60)
LABEL = COLUMNS < 8
LABEL[9:11, 3:5] = False
LABEL[2, 12] = True
RADIUS = 4  # of the brush at first
CROSS = ndimage.generate_binary_structure(2, 1)

Place = tuple[float, float]  # x, y in tile pixels


@dataclass
class Editor:
    """The editor of one reviewer on one tile."""

    page: Page
    store: MaskStore
    tile: str
    who: str = "ann"

    def open(self, address: str) -> None:
        self.page.goto(f"{address}/?tile={self.tile}&who={self.who}")
        self.wait()

    def wait(self) -> None:
        self.page.locator(f'.saltscope[data-ready="{self.tile}"]').wait_for(timeout=60_000)
        self.page.locator("canvas").first.hover()

    def client(self, place: Place) -> tuple[int, int]:
        """The whole CSS pixel nearest to a place in the tile."""
        box = self.page.locator("canvas").first.bounding_box()
        assert box is not None
        return round(box["x"] + place[0] * box["width"] / WIDTH), round(box["y"] + place[1] * box["height"] / HEIGHT)

    def place(self, client: tuple[int, int]) -> Place:
        """The place in the tile that a CSS pixel means."""
        box = self.page.locator("canvas").first.bounding_box()
        assert box is not None
        return (client[0] - box["x"]) * WIDTH / box["width"], (client[1] - box["y"]) * HEIGHT / box["height"]

    def drag(self, *places: Place, button: str = "left") -> list[Place]:
        """Go through `places` with the button held; the places that it really were."""
        clients = [self.client(place) for place in places]
        self.page.mouse.move(*clients[0])
        self.page.mouse.down(button=button)  # type: ignore[arg-type]
        for client in clients[1:]:
            self.page.mouse.move(*client)
        self.page.mouse.up(button=button)  # type: ignore[arg-type]
        return [self.place(client) for client in clients]

    def click(self, *places: Place) -> list[Place]:
        clients = [self.client(place) for place in places]
        for client in clients:
            self.page.mouse.click(*client)
        return [self.place(client) for client in clients]

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def draft(self) -> np.ndarray:
        """What the store holds, once the page says that it is stored."""
        expect(self.page.locator(".kept")).to_have_text("draft stored", timeout=20_000)
        draft = self.store.draft("d", self.tile, self.who)
        assert draft is not None
        return rle.decode(draft.mask, SHAPE).astype(bool)


def along(way: list[Place], radius: float = RADIUS) -> np.ndarray:
    """Pixels whose centres are at most `radius` away from a way of straight pieces."""
    near = np.zeros(SHAPE, bool)
    centres = np.stack([COLUMNS + 0.5, ROWS + 0.5], axis=-1)
    for start, end in zip(way, way[1:] or way, strict=False):
        step = np.subtract(end, start)
        share = np.clip((centres - start) @ step / max(step @ step, 1e-12), 0, 1)
        near |= np.linalg.norm(centres - (start + share[..., None] * step), axis=-1) <= radius
    return near


def inside(corners: list[Place]) -> np.ndarray:
    centres = np.stack([COLUMNS.ravel() + 0.5, ROWS.ravel() + 0.5], axis=1)
    return points_in_poly(centres, corners).reshape(SHAPE)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("editor")
    shutil.copy(Path(__file__).with_name("editor_app.py"), folder / "app.py")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", str(ROOT))
        environment.setenv("STREAMLIT_BROWSER_GATHER_USAGE_STATS", "false")
        server = Server(folder / "app.py", folder / "workspace", free_port())
        server.start()
        yield server
        if server.process is not None:
            server.kill()


@pytest.fixture(scope="module")
def masks(app: Server) -> MaskStore:
    return MaskStore(f"sqlite:///{app.workspace}.db")


@pytest.fixture
def editor(app: Server, masks: MaskStore, browser_page: Page, request: pytest.FixtureRequest) -> Iterator[Editor]:
    """An editor on a tile that nobody else has; its page must not have thrown anything by the end."""
    errors: list[str] = []
    browser_page.on("pageerror", lambda error: errors.append(str(error)))
    opened = Editor(browser_page, masks, f"t{abs(hash(request.node.name)) % 10**9}")
    opened.open(app.url)
    yield opened
    assert not errors


def brush(editor: Editor) -> np.ndarray:
    return LABEL | along(editor.drag((12, 12), (12, 16), (14, 17)))


def eraser(editor: Editor) -> np.ndarray:
    editor.press("e", "[", "[", "[")
    return LABEL & ~along(editor.drag((2, 3), (6, 15)), RADIUS / 1.25**3)


def right_button(editor: Editor) -> np.ndarray:
    return LABEL & ~along(editor.drag((4, 4), (5, 6), button="right"))


def rock_mode(editor: Editor) -> np.ndarray:
    editor.press("x")
    return LABEL & ~along(editor.drag((4, 15), (6, 15)))


def lasso(editor: Editor) -> np.ndarray:
    editor.press("a")
    return LABEL | inside(editor.drag((10, 3), (15, 5), (14, 12), (11, 9)))


def polygon(editor: Editor) -> np.ndarray:
    editor.press("y")
    corners = editor.click((9, 2), (15, 3), (13, 18))
    editor.press("Enter")
    return LABEL | inside(corners)


def straight_across(editor: Editor) -> np.ndarray:
    editor.press("s")
    editor.drag((11.2, 5), (14, 6))
    return LABEL | (COLUMNS >= 11)


def straight_up(editor: Editor) -> np.ndarray:
    editor.press("s")
    editor.drag((11, 6.1), (11, 2))
    return LABEL | (ROWS < 6)


def fill(editor: Editor) -> np.ndarray:
    editor.press("f")
    editor.click((3.5, 9.5))
    return LABEL | flood(LABEL.astype(int), (9, 3), connectivity=1)


def wand(editor: Editor) -> np.ndarray:
    editor.press("w")
    editor.click((12.5, 3.5))
    return LABEL | flood(GREY, (3, 12), connectivity=1)


def wide_wand(editor: Editor) -> np.ndarray:
    editor.press("w")
    editor.drag((1.5, 12.5), (12.5, 12.5))  # far enough to reach over the difference of 140 grey levels
    return np.ones(SHAPE, bool)


def holes(editor: Editor) -> np.ndarray:
    editor.press("j")
    return ndimage.binary_fill_holes(LABEL)


def fragments(editor: Editor) -> np.ndarray:
    editor.press("u")
    return remove_small_objects(LABEL, max_size=11)


def grow(editor: Editor) -> np.ndarray:
    editor.press("t")
    return ndimage.binary_dilation(LABEL, CROSS)


def shrink(editor: Editor) -> np.ndarray:
    editor.press("r")
    return ndimage.binary_erosion(LABEL, CROSS, border_value=1)


def all_salt(editor: Editor) -> np.ndarray:
    editor.press("q")
    return np.ones(SHAPE, bool)


def no_salt(editor: Editor) -> np.ndarray:
    editor.press("Shift+Q")
    return np.zeros(SHAPE, bool)


def threshold(editor: Editor) -> np.ndarray:
    editor.page.get_by_label("Probability from which it is salt").fill("100")
    return COLUMNS * 16 >= 100


def copied(editor: Editor) -> np.ndarray:
    editor.page.get_by_label("Copy from").select_option("the right half")
    return COLUMNS >= 8


def copied_by_key(editor: Editor) -> np.ndarray:
    editor.press("v")
    return COLUMNS >= 8


def undone(editor: Editor) -> np.ndarray:
    first = editor.drag((12, 12), (12, 14))
    editor.drag((12, 4), (12, 5))
    editor.press("q", "z", "z")
    return LABEL | along(first)


def redone(editor: Editor) -> np.ndarray:
    first = editor.drag((12, 12), (12, 14))
    editor.press("q", "z", "z", "Shift+Z")
    return LABEL | along(first)


def zoomed(editor: Editor) -> np.ndarray:
    """Zoomed in twofold about the middle and moved with Space, a CSS pixel means another place."""
    editor.page.mouse.move(*editor.client((8, 10)))
    editor.press("+")
    way = editor.drag((4, 4), (6, 8))
    x, y = 8 - 8 / 1.5, 10 - 10 / 1.5
    return LABEL | along([(x + place[0] / 1.5, y + place[1] / 1.5) for place in way])


TOOLS: list[Callable[[Editor], np.ndarray]] = [
    brush,
    eraser,
    right_button,
    rock_mode,
    lasso,
    polygon,
    straight_across,
    straight_up,
    fill,
    wand,
    wide_wand,
    holes,
    fragments,
    grow,
    shrink,
    all_salt,
    no_salt,
    threshold,
    copied,
    copied_by_key,
    undone,
    redone,
    zoomed,
]


@pytest.mark.parametrize("use", TOOLS, ids=lambda use: use.__name__)
def test_what_is_painted_is_what_is_stored(editor: Editor, use: Callable[[Editor], np.ndarray]) -> None:
    expected = use(editor)
    np.testing.assert_array_equal(editor.draft(), expected)


def test_a_saved_mask_is_a_revision(editor: Editor) -> None:
    editor.press("t")
    mask = editor.draft()
    editor.press("1")
    expect(editor.page.get_by_text("revisions: 1")).to_be_visible()
    saved = editor.store.newest("d", editor.tile)
    assert saved is not None
    np.testing.assert_array_equal(rle.decode(saved.mask, SHAPE), mask)
    assert editor.store.draft("d", editor.tile, "ann") is None
    editor.page.reload()
    editor.wait()
    expect(editor.page.locator(".notice")).to_be_hidden()


def test_nothing_is_lost_while_the_server_is_busy(editor: Editor, app: Server) -> None:
    """Of what comes meanwhile Streamlit keeps the newest message alone: here the second stroke, not the act before."""
    editor.page.goto(f"{app.url}/?tile={editor.tile}&who={editor.who}&slow=3")
    editor.wait()
    editor.press("t")
    editor.page.wait_for_timeout(1000)
    editor.press("1", "t")
    expect(editor.page.locator(".told")).to_have_text(f"stored: save, {editor.tile}", timeout=20_000)
    once, twice = (ndimage.binary_dilation(LABEL, CROSS, iterations=times) for times in (1, 2))
    (mask,) = editor.store.history("d", editor.tile)["mask"]
    np.testing.assert_array_equal(rle.decode(mask, SHAPE), once)
    np.testing.assert_array_equal(editor.draft(), twice)


def test_strokes_survive_a_killed_server(editor: Editor, app: Server) -> None:
    first = editor.drag((12, 12), (12, 14))
    stored = editor.draft()
    app.kill()
    second = editor.drag((12, 4), (12, 5))
    expect(editor.page.locator(".kept")).to_contain_text("this browser tab only", timeout=30_000)
    app.start()
    editor.page.reload()
    editor.wait()
    expect(editor.page.locator(".notice")).to_contain_text("is back")
    np.testing.assert_array_equal(stored, LABEL | along(first))
    np.testing.assert_array_equal(editor.draft(), LABEL | along(first) | along(second))


def test_a_draft_comes_back_in_another_tab_and_can_be_discarded(
    editor: Editor, app: Server, masks: MaskStore, browser: Browser
) -> None:
    editor.press("t")
    editor.draft()
    elsewhere = browser.new_context()
    other = Editor(elsewhere.new_page(), masks, editor.tile)
    other.open(app.url)
    expect(other.page.locator(".notice")).to_contain_text("is back; it is not saved yet")
    other.page.get_by_role("button", name="Discard it").click()
    expect(other.page.locator(".notice")).to_be_hidden()
    expect(other.page.locator(".kept")).to_be_empty(timeout=20_000)
    kept = masks.draft("d", editor.tile, "ann")
    assert kept is not None and kept.mask == rle.encode(LABEL)
    elsewhere.close()


@pytest.mark.parametrize("mine", [True, False])
def test_a_newer_mask_is_shown_beside_ones_own(
    editor: Editor, app: Server, masks: MaskStore, browser: Browser, mine: bool
) -> None:
    elsewhere = browser.new_context()
    bob = Editor(elsewhere.new_page(), masks, editor.tile, "bob")
    bob.open(app.url)
    bob.press("Shift+Q", "1")
    expect(bob.page.get_by_text("revisions: 1")).to_be_visible()
    elsewhere.close()
    editor.press("q")
    editor.draft()
    editor.press("1")
    expect(editor.page.locator(".notice")).to_contain_text("has a newer mask, by bob")
    expect(editor.page.locator("canvas")).to_have_count(2)
    assert len(masks.history("d", editor.tile)) == 1
    editor.page.get_by_role("button", name="Save mine over it" if mine else "Take theirs").click()
    if mine:
        expect(editor.page.get_by_text("revisions: 2")).to_be_visible()
    expect(editor.page.locator("canvas")).to_have_count(1)
    newest = masks.newest("d", editor.tile)
    assert newest is not None and newest.mask == (f"1 {HEIGHT * WIDTH}" if mine else "")
