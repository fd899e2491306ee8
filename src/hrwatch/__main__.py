"""`python -m hrwatch`: the command line."""

from hrwatch.cli.main import main

if __name__ == "__main__":
    main()
