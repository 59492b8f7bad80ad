"""Pages of topics and lists of topics: how quick they are, and for how much CPU."""
