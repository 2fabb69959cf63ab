"""Measurements: `python -m benchmarks [NAME]`. Each prints `name: value` lines and keeps them."""
