"""What a model is grown on: visits with a known result, and how bad each was."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.errors import ModelError
from models.metrics import Array

# How much of what is learnt may be how bad a visit was among all, beside whether it was
# serious. A visit one item short of serious says more of a business than a spotless one,
# and which side of the line an inspector puts it on is partly chance; but the lesser
# items of some registers tell little. Which of the two suits a register is found by
# training on its earlier visits and asking its latest.
GRAVITY_SHARES = (0.0, 0.3)
# Nothing is learnt from fewer visits of either outcome.
MIN_FOUND = 100


@dataclass(frozen=True)
class Training:
    """What a model is grown on: one row per visit, in the order of time.

    `inclusion` is the chance with which the visit was drawn, NaN where nobody knows it;
    `gravity` orders visits from the best to the worst, as features.inspections.GRAVITY.
    """

    matrix: pl.DataFrame
    serious: Array
    inspector: pl.Series
    as_of: pl.Series
    business: pl.Series
    inclusion: Array
    gravity: Array
    gravity_share: float = GRAVITY_SHARES[0]

    def only(self, mask: npt.NDArray[np.bool_]) -> "Training":
        """Keep the visits of a mask."""
        keep = pl.Series(mask)
        return Training(
            self.matrix.filter(keep),
            self.serious[mask],
            self.inspector.filter(keep),
            self.as_of.filter(keep),
            self.business.filter(keep),
            self.inclusion[mask],
            self.gravity[mask],
            self.gravity_share,
        )

    def check(self) -> None:
        """Refuse what nothing can be learnt from.

        Raises:
            ModelError: there are too few visits, or all ended alike.
        """
        found = float(self.serious.sum())
        if min(found, len(self.serious) - found) < MIN_FOUND:
            message = (
                f"{len(self.serious)} known visits with {found:.0f} serious findings are "
                "too few to learn from; load more history "
                f"(at least {MIN_FOUND} of each)"
            )
            raise ModelError(message)

    @property
    def target(self) -> Array:
        """Give what the trees learn: serious or not, and the place among all visits.

        Of four visits, one serious and worst, the others alike, with a share of .3: the
        serious one is learnt as .7 + .3 x 3.5/4 = .96, the others as .3 x 1.5/4 = .11.
        """
        rank = pl.Series(self.gravity).rank("average").to_numpy() - 0.5
        place: Array = rank / max(len(rank), 1)
        return (1 - self.gravity_share) * self.serious + self.gravity_share * place
