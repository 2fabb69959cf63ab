"""What claims can do: load what a decision needs, ask the rules, record their answer."""
