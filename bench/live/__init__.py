"""Live delivery: what it costs, how fast it is, and beside it the idioms of others in the same run."""
