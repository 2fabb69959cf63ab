"""What banking can tell, and what its decisions need to know."""
