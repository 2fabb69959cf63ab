"""Stand-ins for outside parties: real servers that speak their protocols over HTTP."""
