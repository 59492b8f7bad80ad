"""What searching costs: `python -m bench.search --help`."""
