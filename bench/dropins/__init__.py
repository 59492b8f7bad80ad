"""What drop-ins cost: `python -m bench.dropins --help`."""
