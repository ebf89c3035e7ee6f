"""``python -m popanalysis`` is the command ``popanalysis``."""

from popanalysis.cli import main

if __name__ == "__main__":
    main()
