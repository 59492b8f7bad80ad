"""The demo community: who they are, what they have said, and what keeps them lively."""
