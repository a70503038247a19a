"""The weekly worklist: who goes where on which day, and what an office prints of it."""
