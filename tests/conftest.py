"""What every test may ask for: the servers, databases on them, tokens, services that run alone."""

pytest_plugins = ["tests.stack", "tests.tokens", "tests.databases", "tests.alone", "tests.prepared"]
