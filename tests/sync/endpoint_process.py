"""Runs ``kiosk endpoint`` without the rest of the command line."""

import argparse
import sys

from kiosk.cli import endpoint

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    endpoint.configure(parser)
    sys.exit(endpoint.run(parser.parse_args()))
