"""What the commands show a person in the terminal, Chinese first."""
