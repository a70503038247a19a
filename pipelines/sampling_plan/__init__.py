"""The sampling plan: what a year samples, by whom, tested where, and what follows."""
