"""What claims can tell, and what its decisions need to know."""
