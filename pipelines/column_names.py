"""What the columns that a model looks at, and states, are called."""

from features.catalogue import catalogue

PROBABILITY = "probability"


def label(column: str, lang: str) -> str:
    """Name a feature, or the probability."""
    if column == PROBABILITY:
        return "模型概率" if lang == "zh" else "probability"
    feature = next(f for f in catalogue() if f.name == column)
    return feature.zh if lang == "zh" else feature.en
