"""`python -m tameng.provision`: what the one-shot job of a deployment runs before the services."""

import sys

from tameng.problems import Problem
from tameng.provision.command import commands

if __name__ == "__main__":
    try:
        commands(prog_name="python -m tameng.provision")
    except Problem as problem:
        sys.exit(f"provision: {problem}")
