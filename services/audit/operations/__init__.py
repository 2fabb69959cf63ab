"""What audit can do: look through the record, vouch for it, raise findings, answer."""
