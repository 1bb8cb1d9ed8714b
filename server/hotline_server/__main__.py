"""`python -m hotline_server` is `hotline-relay`."""

from hotline_server.cli import main

if __name__ == "__main__":
    main()
