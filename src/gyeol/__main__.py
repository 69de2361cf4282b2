"""`python -m gyeol`, and so what torchrun starts: ``torchrun --nproc-per-node 2 -m gyeol train DATA -o MODEL``."""

from gyeol.cli.main import main

if __name__ == "__main__":
    main()
