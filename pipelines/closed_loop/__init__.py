"""Years of grade, plan, outcome and training again, on a district whose truth is known."""
