"""The domain: what members do, kept apart from HTTP and from processes."""
