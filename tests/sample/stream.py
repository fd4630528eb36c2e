"""Invented texts one after the other, as many as a test or a benchmark asks for."""

from collections.abc import Iterator

import numpy as np

from ujo_lib.sample.counts import generator
from ujo_lib.sample.planting import HOME, JOBLESS, OTHER, STUDENT, WORKER
from ujo_lib.sample.texts import BLOCK, Planted, compose

STAGE_SHARES = (0.37, 0.34, 0.07, 0.14, 0.08)
MALE_SHARE = 0.3


def iter_texts(n: int, seed: int = 2023, mean_chars: int = 960) -> Iterator[tuple[str, str, Planted]]:
    """A stream of ``n`` texts with emoji, in flat memory.

    Args:
        n: how many.
        seed: equal seeds give equal texts; the first texts do not depend on ``n``.
        mean_chars: mean length aimed at.

    Yields:
        consult_id, text, and the planted (theme, "easy" or "hard") pairs.
    """
    stages = np.array([STUDENT, WORKER, HOME, JOBLESS, OTHER])
    for block, first in enumerate(range(0, n, BLOCK)):
        rng = generator(seed, "stream", block)
        stage = rng.choice(len(stages), BLOCK, p=STAGE_SHARES)
        speaker = np.where(stage == 0, 0, 2) + (rng.random(BLOCK) < MALE_SHARE)
        composed = compose(rng, stages[stage], speaker, seed=seed, mean_chars=mean_chars, emoji=True)
        for i, one in zip(range(first, min(first + BLOCK, n)), composed, strict=False):
            yield f"NAT-{i + 1:07d}", one.text, one.themes
