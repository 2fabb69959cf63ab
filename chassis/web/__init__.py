"""What every service's HTTP side shares: access, problem answers, health, limits."""
