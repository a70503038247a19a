"""The picture of what moved a probability, for whatever page or paper shows it."""

from collections.abc import Callable, Sequence

import numpy as np
from markupsafe import Markup

from models.calibration import logistic
from models.explain import MIN_CONTRIBUTION
from pipelines import charts

Story = tuple[str, str, float]
Pick = Callable[[str, str], str]


def story_waterfall(base: float, stories: Sequence[Story], pick: Pick) -> Markup:
    """Draw the stories (Chinese, English, log-odds) from the average to the business.

    Those that move nothing to speak of are drawn together.
    """
    reached = base + sum(moved for *_, moved in stories)
    large = [s for s in stories if abs(s[2]) >= MIN_CONTRIBUTION]
    rest = sum(s[2] for s in stories if abs(s[2]) < MIN_CONTRIBUTION)
    parts = [(pick(zh, en), moved) for zh, en, moved in large]
    parts.append((pick("其他", "all others"), rest))
    average, own = (f"{p:.1%}" for p in logistic(np.array([base, reached])))
    return charts.waterfall(
        (pick(f"平均水平 {average}", f"average {average}"), base),
        parts,
        (pick(f"本经营者 {own}", f"this business {own}"), reached),
    )
