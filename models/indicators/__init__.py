"""The indicators of the plan: what they count, and what follows from a count."""
