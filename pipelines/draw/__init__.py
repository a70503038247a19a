"""Double-random draws: commit to a seed, draw, replace who withdraws, verify."""
