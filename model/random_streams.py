"""Keyed random draws: every number is a function of (seed, purpose, entity keys, month).

Nothing here has a state. Two worlds that ask for the same draw get the same number, whatever else
they did before, so a scenario and its baseline share their luck (`docs/odd.md`, stochasticity).
Each component of a key is hashed in turn (no packing of several into one integer) with the
finaliser of SplitMix64 (Steele, Lea, Flood 2014, doi 10.1145/2714064.2660195).
"""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Keys = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_TO_UNIT = 2.0**-53
_ALL_BITS = 2**64 - 1


@cache
def purpose_key(purpose: str) -> int:
    """Return the 64-bit key of a purpose or of any other name, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(purpose.encode(), digest_size=8).digest(), "little")


def mix(key: Keys | np.uint64, component: ArrayLike) -> Keys:
    """Hash one more component into a key.

    Parameters
    ----------
    key
        uint64 array or scalar, the key so far.
    component
        Non-negative integers that broadcast against ``key``.

    Returns
    -------
    uint64 array of the broadcast shape.
    """
    z = np.asarray(component).astype(np.uint64, copy=False)
    if z.ndim == 0 and np.ndim(key) == 0:
        return np.asarray(np.uint64(_mix_integers(int(key), int(z))))
    z = np.atleast_1d(z) * _MIX_2
    z += _GOLDEN
    z = z ^ key
    # in place from here on: the array is ours
    shifted = z >> _S30
    z ^= shifted
    z *= _MIX_1
    z ^= np.right_shift(z, _S27, out=shifted)
    z *= _MIX_2
    z ^= np.right_shift(z, _S31, out=shifted)
    return z


def _mix_integers(key: int, component: int) -> int:
    """Hash two integers as ``mix`` hashes arrays; numpy warns when its scalars wrap around."""
    z = (component * int(_MIX_2) + int(_GOLDEN)) & _ALL_BITS
    z ^= key
    z = ((z ^ (z >> 30)) * int(_MIX_1)) & _ALL_BITS
    z = ((z ^ (z >> 27)) * int(_MIX_2)) & _ALL_BITS
    return z ^ (z >> 31)


@lru_cache(maxsize=1024)
def _root(seed: int, purpose: str) -> np.uint64:
    """Return the key of a seed and a purpose."""
    return np.uint64(_mix_integers(purpose_key(purpose), seed % 2**64))


def stream(seed: int, purpose: str, *components: ArrayLike) -> Keys:
    """Return the key of a draw: seed, purpose, then each component in turn."""
    key: Keys = np.asarray(_root(seed, purpose))
    for component in components:
        key = mix(key, component)
    return key


def to_uniform(key: Keys) -> NDArray[np.float64]:
    """Turn keys into uniforms of (0, 1): the middle of one of 2**53 equal cells, never 0 or 1."""
    uniforms = (key >> _S11).astype(np.float64)
    uniforms += 0.5
    uniforms *= _TO_UNIT
    return uniforms


def uniform(seed: int, purpose: str, *components: ArrayLike) -> NDArray[np.float64]:
    """Draw uniforms of (0, 1), one for each broadcast combination of the components."""
    return to_uniform(stream(seed, purpose, *components))


def exponential(seed: int, purpose: str, *components: ArrayLike) -> NDArray[np.float64]:
    """Draw unit exponentials; ``argmin(exponential / weight)`` is a keyed race of model.md 7.5."""
    return -np.log(uniform(seed, purpose, *components))


def to_normal(uniforms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn uniforms of (0, 1) into standard normals by the inverse distribution."""
    from scipy.special import ndtri

    return np.asarray(ndtri(uniforms), dtype=np.float64)


def normal(seed: int, purpose: str, *components: ArrayLike) -> NDArray[np.float64]:
    """Draw standard normals, one for each combination."""
    return to_normal(uniform(seed, purpose, *components))
