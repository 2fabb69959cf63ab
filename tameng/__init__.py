"""The command line: runs every part of Tameng on one machine."""
