"""Measuring the hub from outside: docs/performance.md says what, and how to repeat it."""
