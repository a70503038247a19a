"""What is put before the people who decide on a listing, on screen and on paper."""
