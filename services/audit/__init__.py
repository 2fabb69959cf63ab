"""The record of every event, and what auditors find in it."""
