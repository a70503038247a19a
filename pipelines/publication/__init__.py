"""What is published of penalties and listings, and a ledger so that nothing stays too long."""
