"""The annual plan: from a score run to who goes where in which week."""
