"""What drop-ins cost, and how fast they are."""
