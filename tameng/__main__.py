"""`python -m tameng`."""

from tameng.cli import main

if __name__ == "__main__":
    main()
