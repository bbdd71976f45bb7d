"""``python -m router.cli``: the command line where its script is not at hand."""

from router.cli import main

if __name__ == "__main__":
    main()
