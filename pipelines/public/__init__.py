"""What the public may see of a business, and nothing else."""
