"""English words that follow a number."""


def several(count: int, noun: str, plural: str = "") -> str:
    """Count something: 1 kitchen, 1,200 kitchens, 2 penalties."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
