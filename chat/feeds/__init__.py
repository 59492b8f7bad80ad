"""Feeds: discussions for feed readers and search engines."""
