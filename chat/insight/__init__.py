"""Insight: figures of a network for those who run it."""

from chat.insight.dashboard import Dashboard, dashboard_of

__all__ = ["Dashboard", "dashboard_of"]
