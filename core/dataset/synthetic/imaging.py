"""From reflectivity to a seismic picture: wavelet, chaos inside the salt, noise and gain.

A migrated image is taken as the reflectivity seen through an isotropic Ricker filter, so that a
dipping layer keeps its wavelength across the dip. Filters run in the wavenumber domain, where a section's end
is next to its beginning; the caller cuts off what that spoils (`MARGIN`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.dataset.synthetic.geology import Surface

EDGE = 3  # by this the wavelength is divided for the width in which noise changes at the salt
MARGIN = 24  # pixels to simulate beyond each side of a section


@dataclass(frozen=True)
class Texture:
    """Band-limited noise in streaks of two crossing dips."""

    grain: float  # longest wavelength, pixels
    bandwidth: float  # longest divided by shortest wavelength
    streaks: float  # 0: round grains; larger: longer streaks
    dip: float  # of the streaks, radians from the horizontal
    crossing: float  # 0…1: strength of the streaks with the opposite dip


@dataclass(frozen=True)
class Imaging:
    """How one section was recorded and processed. Strengths are in standard deviations of the layers."""

    wavelength: float  # the longest, pixels, at the top of the section
    bandwidth: float  # longest divided by shortest wavelength
    stretching: float  # wavelength at the bottom divided by that at the top
    phase: float  # of the wavelet, radians
    steepest: float  # slope at which a reflector has lost half its strength, for want of waves that come back from it
    salt_contrast: float  # peak of the salt's boundary
    shadow: float  # 0…1: share of the layers' strength that is lost under salt
    noise: float  # standard deviation of the noise outside the salt
    chaos: float  # standard deviation of the noise inside
    gain: float  # 0 keeps amplitudes, 1 evens them out
    sparkle: float  # how much the salt's boundary varies along its course: standard deviation of the logarithm
    noise_texture: Texture
    chaos_texture: Texture


def picture(
    rng: np.random.Generator, layers: np.ndarray, inside: np.ndarray, sea_floor: np.ndarray, imaging: Imaging
) -> np.ndarray:
    """Amplitudes (h, w) float32 of a section.

    layers: (h, w) float32 reflectivity; inside: (h, w) float32, distance to the salt's boundary in
    pixels, positive inside; sea_floor: (w,) float32, its row in each column, < 0 for none.
    """
    below_sea_floor = np.arange(len(layers), dtype=np.float32)[:, None] - sea_floor
    ground, salt = (np.clip(distance + 0.5, 0, 1) for distance in (below_sea_floor, inside))
    lit = 1 - imaging.shadow * np.maximum.accumulate(salt, axis=0)
    boundaries = _salt_reflectivity(rng, inside, imaging)
    boundaries += imaging.salt_contrast * np.maximum(1 - np.abs(below_sea_floor), 0)
    image = _migrated(layers * (1 - salt) * lit * ground, boundaries, imaging)
    salt = np.clip(inside * (EDGE / imaging.wavelength) + 0.5, 0, 1)
    image += _noise(rng, layers.shape, imaging.noise_texture) * (imaging.noise * (1 - salt) * (0.005 + 0.995 * ground))
    if inside.max() > 0:
        image += _noise(rng, layers.shape, imaging.chaos_texture) * (imaging.chaos * salt)
    return _gained(image, imaging)


def _salt_reflectivity(rng: np.random.Generator, inside: np.ndarray, imaging: Imaging) -> np.ndarray:
    """A line along the salt's boundary: positive at its top, weaker at flanks, negative at its base."""
    down, across = np.gradient(inside)
    slope = np.hypot(down, across) + np.float32(1e-3)
    line = np.maximum(1 - np.abs(inside / slope), 0)
    polarity = np.clip(1.3 * down / slope + 0.35, -1, 1)
    ys, xs = (np.arange(side, dtype=np.float32) for side in inside.shape)
    grain = 0.7 * imaging.wavelength
    sparkle = np.exp(imaging.sparkle * Surface.random(rng, inside.shape, (grain, grain))(ys, xs))
    return imaging.salt_contrast * line * polarity * sparkle


def _migrated(layers: np.ndarray, boundaries: np.ndarray, imaging: Imaging) -> np.ndarray:
    """Both reflectivities through the wavelet; the layers come out with standard deviation 1."""
    from scipy.fft import irfft2, rfft2

    shape = layers.shape
    down, across, k2 = _wavenumbers(shape)
    recorded = down**2 / (down**2 + (across / imaging.steepest) ** 2 + np.float32(1e-12))
    turn = np.exp(1j * imaging.phase * np.sign(down)).astype(np.complex64)
    taper = _taper(shape[0])[:, None] * _taper(shape[1])
    from_layers, from_boundaries = (rfft2(reflectivity * taper) * turn for reflectivity in (layers, boundaries))
    power = from_layers.real**2 + from_layers.imag**2
    ends = []
    for wavelength in (imaging.wavelength, imaging.wavelength * imaging.stretching):
        wavelet = _rickers(k2, wavelength, imaging.bandwidth) * recorded
        deviation = math.sqrt(2 * float(np.sum(power * wavelet**2))) / layers.size
        ends.append(irfft2((from_layers * (1 / (deviation + 1e-9)) + from_boundaries) * wavelet, s=shape))
    weight = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None]
    return ends[0] + weight * (ends[1] - ends[0])


def _taper(length: int) -> np.ndarray:
    """Weights (n,) float32 that fall to 0 within the margins at both ends."""
    from_end = np.minimum(np.arange(length), np.arange(length)[::-1]).astype(np.float32)
    return np.sin(np.minimum(from_end / MARGIN, 1) * np.float32(np.pi / 2)) ** 2


def _wavenumbers(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cycles per pixel down (h, 1), across (1, w//2+1), and the squared length of both (h, w//2+1), float32."""
    down = np.fft.fftfreq(shape[0]).astype(np.float32)[:, None]
    across = np.fft.rfftfreq(shape[1]).astype(np.float32)[None, :]
    return down, across, down**2 + across**2


def _rickers(k2: np.ndarray, wavelength: float, bandwidth: float) -> np.ndarray:
    """Transfer of all Ricker wavelets between wavelength/bandwidth and wavelength; a straight line gets peak 1.

    A Ricker wavelet (N. Ricker, 1953) of wavelength w has (kw)² exp(-(kw)²); summed up over w with weight 1/w
    these are exp(-(k shortest)²) - exp(-(k longest)²), up to a factor.
    """
    shortest = wavelength / bandwidth
    peak = math.sqrt(math.pi) * (1 / shortest - 1 / wavelength)
    return (np.exp(k2 * -(shortest**2)) - np.exp(k2 * -(wavelength**2))) / peak


def _noise(rng: np.random.Generator, shape: tuple[int, ...], texture: Texture) -> np.ndarray:
    """Noise (h, w) float32 with standard deviation 1, drawn as a spectrum."""
    from scipy.fft import irfft2

    down, across, k2 = _wavenumbers(shape)
    spectrum = rng.standard_normal((*k2.shape, 2), dtype=np.float32).view(np.complex64)[..., 0]
    cosine, sine = math.cos(texture.dip), math.sin(texture.dip)
    scale = texture.streaks / (k2 + np.float32(1e-9))
    weight, opposite = (np.exp(scale * ((cosine * down + side * across) ** 2 - k2)) for side in (sine, -sine))
    weight += texture.crossing * opposite
    noise = irfft2(spectrum * weight * _rickers(k2, texture.grain, texture.bandwidth), s=shape)
    return noise / (noise.std() + np.float32(1e-9))


def _gained(image: np.ndarray, imaging: Imaging) -> np.ndarray:
    """Automatic gain: amplitudes divided by their local root mean square, to the power of the gain."""
    from scipy.ndimage import uniform_filter

    window = 2 * int(2.5 * imaging.wavelength) + 5
    power = uniform_filter(image**2, window) + 1e-4 * float(np.mean(image**2))
    return image * power ** (-imaging.gain / 2)
