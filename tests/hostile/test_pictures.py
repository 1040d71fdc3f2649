"""Pictures that lie about what they are, are damaged, or would fill the memory."""

from __future__ import annotations

import io
import os
import shutil
import struct
import zlib
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
from PIL import Image

from core.workspace import Workspace
from tests import sources
from tests.hostile.harness import Cause, Causes, png_chunk, png_file, put_to_the_test

causes = Causes()
IMAGE = "train/images/bbb.png"
MASK = "train/masks/bbb.png"


def spoil(root: Path, data: bytes, path: str = IMAGE) -> None:
    (root / path).write_bytes(data)


@causes.refused(r"bbb\.png: the PNG file is cut short")
def cut_short(root: Path) -> None:
    spoil(root, (root / IMAGE).read_bytes()[:-20])


@causes.refused(r"bbb\.png: not a picture that can be read")
def not_a_byte(root: Path) -> None:
    spoil(root, b"")


@causes.refused(r"bbb\.png: the PNG file is")
def only_the_signature(root: Path) -> None:
    spoil(root, b"\x89PNG\r\n\x1a\n")


@causes.refused(r"bbb\.png: not a picture that can be read; expected PNG, TIFF, JPEG or BMP")
def a_sign_in_page(root: Path) -> None:
    spoil(root, b"<!doctype html><html><title>Sign in</title></html>")


@causes.refused(r"bbb\.png: not a picture that can be read")
def a_drawing_in_svg(root: Path) -> None:
    spoil(root, b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>')


@causes.tolerated
def a_jpeg_called_png(root: Path) -> None:
    """What it holds counts, not its name."""
    spoil(root, imageio.imwrite("<bytes>", sources.rgb(sources.image(1)), extension=".jpg"))


@causes.refused(r"bbb\.png: the PNG file is damaged in its chunk b'IDAT'")
def one_wrong_bit(root: Path) -> None:
    data = bytearray((root / IMAGE).read_bytes())
    data[60] ^= 1
    spoil(root, bytes(data))


@causes.refused(r"bbb\.png: the PNG file is (damaged|cut short)")
def a_chunk_that_says_it_is_gigantic(root: Path) -> None:
    data = (root / IMAGE).read_bytes()
    spoil(root, data[:33] + struct.pack(">I", 0x7FFFFFFF) + data[37:])


@causes.refused(r"bbb\.png: 65535×65535 pixels are too many for a tile")
def gigantic_by_its_header(root: Path) -> None:
    spoil(root, png_file(65535, 65535, bytes(9)))


@causes.refused(r"bbb\.png: the PNG file is damaged")
def no_pixel_by_its_header(root: Path) -> None:
    spoil(root, png_file(0, 0, b""))


@causes.refused(r"bbb\.png: 8000×8000 pixels are too many for a tile")
def a_bomb_of_64_million_pixels_in_60_kilobytes(root: Path) -> None:
    spoil(root, png_file(8000, 8000, bytes(8001 * 8000)))


@causes.refused(r"bbb\.png: 8×8 pixels|bbb\.png: 2000×2000 pixels, but")
def one_large_picture_among_small_ones(root: Path) -> None:
    spoil(root, png_file(2000, 2000, bytes(2001 * 2000)))


@causes.refused(r"bbb\.png: the PNG file is damaged")
def fewer_pixels_than_its_header_says(root: Path) -> None:
    spoil(root, png_file(8, 8, bytes(20)))


@causes.refused(r"bbb\.png: the PNG file is damaged")
def an_unknown_filter(root: Path) -> None:
    spoil(root, png_file(8, 8, b"\7" + bytes(8 * 9 - 1)))


@causes.tolerated
def a_bomb_in_a_comment(root: Path) -> None:
    """Comments are never unpacked."""
    comment = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(200_000_000), 9))
    spoil(root, png_file(8, 8, bytes(8 * 9), extra=comment))


@causes.tolerated
def a_palette(root: Path) -> None:
    """Its colours count, not the numbers that stand for them."""
    buffer = io.BytesIO()
    Image.fromarray(sources.image(1)).convert("P").save(buffer, "PNG")
    spoil(root, buffer.getvalue())


@causes.refused(r"bbb\.png: too many pixels for a tile")
def a_tiff_gigantic_by_its_header(root: Path) -> None:
    tags = {256: 70_000, 257: 70_000, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 70_000, 279: 64}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    spoil(root, b"II*\0" + struct.pack("<I", 72) + bytes(64) + struct.pack("<H", len(tags)) + entries + bytes(4))


@causes.refused(r"bbb\.png: holds several pictures; expected one")
def a_film(root: Path) -> None:
    frames = [Image.fromarray(np.full((200, 200), shade % 2, np.uint8)) for shade in range(50)]
    frames[0].save(root / IMAGE, "GIF", save_all=True, append_images=frames[1:])


@causes.refused(r"bbb\.png: float32 pixels, but|no finite numbers")
def amplitudes_that_are_no_numbers(root: Path) -> None:
    for name in ("train", "test"):
        for path in (root / name / "images").iterdir():
            pixels = np.full((8, 8), np.inf if path.stem == "bbb" else 1, np.float32)
            path.write_bytes(imageio.imwrite("<bytes>", pixels, extension=".tiff"))


@causes.refused(r"masks/bbb\.png: 4×2 pixels, but its image has 8×8")
def a_mask_of_another_size(root: Path) -> None:
    spoil(root, sources.png(np.ones((4, 2), np.uint8)), MASK)


@causes.tolerated
def a_mask_in_colours_with_alpha(root: Path) -> None:
    """Any colour above 0 is salt, alpha does not count."""
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[:2, 1:, 1] = 7
    spoil(root, sources.png(pixels), MASK)


@causes.refused(r"train\.csv: no train image for 1 id: bbb")
def a_folder_called_png(root: Path) -> None:
    (root / IMAGE).unlink()
    (root / IMAGE).mkdir()


@causes.refused(r"train\.csv: no train image for 1 id: bbb")
def a_pipe_called_png(root: Path) -> None:
    (root / IMAGE).unlink()
    os.mkfifo(root / IMAGE)


@causes.refused(r"train\.csv: no train image for 1 id: bbb")
def a_link_to_an_endless_device(root: Path) -> None:
    (root / IMAGE).unlink()
    (root / IMAGE).symlink_to("/dev/zero")


@causes.refused(r"train\.csv: no train image for 1 id: bbb|Too many levels of symbolic links")
def a_link_to_itself(root: Path) -> None:
    (root / IMAGE).unlink()
    (root / IMAGE).symlink_to(root / IMAGE)


@causes.refused(r"bbb\.png: 40 GB in one file; expected at most 268 MB")
def a_file_of_40_gigabytes(root: Path) -> None:
    os.truncate(root / IMAGE, 40_000_000_000)


@causes.tolerated
def pictures_in_a_folder_of_folders(root: Path) -> None:
    """What lies deeper is not looked at, however deep it is."""
    deep = root.joinpath(*["further"] * 100)
    deep.mkdir(parents=True)
    shutil.copy(root / IMAGE, deep)


@causes.parametrised
def test_pictures(cause: Cause, source: Path, workspace: Workspace) -> None:
    put_to_the_test(cause, source, workspace)
