"""The indicators of the plan: computed, written down, and shown on one page."""
