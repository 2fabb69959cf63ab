"""What an administrator makes before services run: topics and rights on them, databases, roles."""
