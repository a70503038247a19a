"""What kinds of business there are, how many, and how they differ.

The counts by type are the plan's (25,140 businesses and 34 markets at the end of the
thirteenth five-year plan); the split into subtypes and everything else is invented.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A subtype: its count in the plan's district and its invented ways."""

    business_type: str
    subtype: str
    count: int
    risk: float  # log-odds of a serious finding against the average
    individual: float  # share that are individual businesses
    chain: float  # share that belong to a chain
    area: float  # median floor area in square metres


KINDS = (
    Kind("producer", "food_producer", 11, 0.2, 0.0, 0.0, 1800),
    Kind("producer", "health_food_producer", 2, -0.4, 0.0, 0.0, 2500),
    Kind("seller", "supermarket", 640, 0.2, 0.05, 0.75, 900),
    Kind("seller", "convenience", 3600, -0.5, 0.45, 0.45, 80),
    Kind("seller", "small_grocery", 5200, -0.3, 0.95, 0.0, 35),
    Kind("seller", "wholesale", 1643, -0.1, 0.25, 0.05, 160),
    Kind("seller", "fresh_food_store", 1500, 0.5, 0.80, 0.15, 70),
    Kind("seller", "online_seller", 600, -0.2, 0.30, 0.05, 60),
    Kind("catering", "restaurant_xl", 40, 0.3, 0.0, 0.25, 3800),
    Kind("catering", "restaurant_l", 380, 0.4, 0.05, 0.35, 900),
    Kind("catering", "restaurant_m", 1900, 0.4, 0.40, 0.30, 260),
    Kind("catering", "restaurant_s", 2900, 0.3, 0.80, 0.15, 90),
    Kind("catering", "small_catering", 2700, 0.4, 0.98, 0.02, 35),
    Kind("catering", "snack", 1500, 0.2, 0.80, 0.30, 45),
    Kind("catering", "drinks", 1030, -0.6, 0.55, 0.60, 40),
    Kind("catering", "bakery", 440, -0.1, 0.50, 0.50, 80),
    Kind("catering", "central_kitchen", 8, -0.2, 0.0, 0.0, 2200),
    Kind("catering", "collective_delivery", 12, 0.1, 0.0, 0.0, 1500),
    Kind("canteen", "school_canteen", 223, -0.7, 0.0, 0.0, 600),
    Kind("canteen", "eldercare_canteen", 25, -0.4, 0.0, 0.0, 260),
    Kind("canteen", "kindergarten_canteen", 160, -0.6, 0.0, 0.0, 150),
    Kind("canteen", "hospital_canteen", 26, -0.4, 0.0, 0.0, 700),
    Kind("canteen", "staff_canteen", 480, -0.1, 0.0, 0.0, 300),
    Kind("canteen", "site_canteen", 120, 0.6, 0.0, 0.0, 200),
    Kind("market", "farm_market", 34, 0.3, 0.0, 0.0, 2600),
)
PLAN_TOTAL = sum(kind.count for kind in KINDS)


def counts(businesses: int) -> list[int]:
    """Share out a number of businesses as the plan's district does, largest rest first."""
    exact = [kind.count * businesses / PLAN_TOTAL for kind in KINDS]
    whole = [int(share) for share in exact]
    rest = sorted(range(len(KINDS)), key=lambda i: whole[i] - exact[i])
    for i in rest[: businesses - sum(whole)]:
        whole[i] += 1
    return whole
