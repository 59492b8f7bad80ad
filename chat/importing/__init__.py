"""Importing: discussions that were held elsewhere."""
