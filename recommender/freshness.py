"""What being new is worth: a share of the score like any other, so that it can be shown."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class FreshnessConfig:
    """The newest day is worth `strength` spreads of the day's scores; half after `half_life` days.

    Papers of one issue day are equally new: among them it decides nothing, and the page says so.
    Over several days, as after a holiday, it decides who of two equally good papers comes first.
    """

    strength: float = 0.5
    half_life: float = 7.0


NO_FRESHNESS = FreshnessConfig(strength=0.0)


def fresh(
    days: ArrayLike, config: FreshnessConfig, newest: int | None = None
) -> NDArray[np.float64]:
    """Share of each paper by its issue day, an ordinal; float64[n], from 0 to `strength`.

    `newest` is the day that counts as new; without it the latest of the given days.
    """
    ordinals = np.asarray(days, np.float64)
    latest = ordinals.max(initial=0) if newest is None else newest
    ages = np.maximum(latest - ordinals, 0)
    return np.asarray(config.strength * 0.5 ** (ages / config.half_life), np.float64)
