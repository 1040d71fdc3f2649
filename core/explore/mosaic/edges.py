"""What a tile's edge looks like from the other side of the seam, as vectors whose product says how well two edges fit.

Two views of an edge are joined. The first is the known recipe of the TGS tiles: the outermost line carried on in a
straight way, 2·edge − inner line. The second lets each tile say how its own lines follow from one another: the next
line is predicted from the last `LINES` with the coefficients that fit best near this edge (Yule–Walker equations of
its autocorrelation, G. U. Yule 1927), and the prediction is held against the line that the other tile really has, both
ways. The recipe is stronger where a salt boundary crosses the seam, the prediction where the tile is noisy. Every
line is brought to mean 0 and length 1, so that a stretch of brightness changes nothing.
"""

from __future__ import annotations

import numpy as np

SIDES = {
    "right": ("right", "left"),
    "below": ("bottom", "top"),
}  # the edges that meet: of the first and the second tile
LINES = 4  # that the next line is predicted from
REACH = 2  # pixels along the edge: a line's pixel is predicted from its neighbours up to this far, for dipping layers
DEPTH = 24  # lines from the edge inwards that the coefficients are fitted to
RIDGE = 1e-4  # share of the mean square that steadies the coefficients
SMALLEST = 8  # pixels of a tile's side
AT_ONCE = 512  # tiles


def lines(tiles: np.ndarray, side: str, count: int) -> np.ndarray:
    """The `count` outermost lines of k tiles (k, H, W), the edge first: (k, count, L) float32."""
    if side in ("right", "left"):
        tiles = tiles.transpose(0, 2, 1)
    taken = tiles[:, : -count - 1 : -1] if side in ("right", "bottom") else tiles[:, :count]
    return taken.astype(np.float32)


def described(tiles: np.ndarray, side: str, first: bool) -> np.ndarray:
    """Vectors (k, 3·L) float32 of length 1 of an edge of k tiles (k, H, W) uint8.

    The product of a first tile's vector with that of a second is a mean of cosines: of the lines carried on, of the
    first's prediction with the second's edge, and of the first's edge with the second's prediction.
    """
    strip = lines(tiles, side, DEPTH)
    carried_on = 2 * strip[:, 0] - strip[:, 1]
    strip -= strip.mean(axis=(1, 2), keepdims=True)
    held_against_each_other = (next_line(strip), strip[:, 0])[:: 1 if first else -1]
    views = unit(np.stack([carried_on, *held_against_each_other], axis=1))
    return views.reshape(len(tiles), -1) / np.float32(3**0.5)


def next_line(strip: np.ndarray) -> np.ndarray:
    """The line that follows on strip[:, 0]: (k, L) float32, by linear prediction.

    strip: (k, D, L) float32 with mean 0, the edge first.
    """
    back, along = (offset.ravel() for offset in np.mgrid[1 : LINES + 1, -REACH : REACH + 1])
    correlation = autocorrelation(strip)
    between = correlation[:, back[:, None] - back, along[:, None] - along]
    between += RIDGE * (correlation[:, 0, 0, None, None] + 1e-6) * np.eye(len(back))
    weights = np.linalg.solve(between, correlation[:, back, along, None])[..., 0].astype(np.float32)
    near = np.pad(strip[:, :LINES], ((0, 0), (0, 0), (REACH, REACH)), mode="edge")
    following = np.zeros_like(strip[:, 0])
    for weight, line, offset in zip(weights.T, back - 1, along + REACH, strict=True):
        following += weight[:, None] * near[:, line, offset : offset + strip.shape[2]]
    return following


def autocorrelation(strip: np.ndarray) -> np.ndarray:
    """Sums of products at all small shifts (across, along), negative ones at negative indices: (k, …) float64."""
    from scipy.fft import irfft2, next_fast_len, rfft2

    shape = [next_fast_len(strip.shape[1] + LINES, True), next_fast_len(strip.shape[2] + 2 * REACH, True)]
    spectrum = rfft2(strip, s=shape)
    return irfft2(spectrum.real**2 + spectrum.imag**2, s=shape).astype(np.float64)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors along the last axis, float32, with mean 0 and length 1; one without any change stays 0."""
    centred = vectors - vectors.mean(axis=-1, keepdims=True)
    return centred / (np.linalg.norm(centred, axis=-1, keepdims=True) + np.float32(1e-6))
