"""Importing: discussions that were held elsewhere."""

from chat.importing.archives import Broken
from chat.importing.carrying import import_discourse, import_mbox
from chat.importing.reports import Report

__all__ = ["Broken", "Report", "import_discourse", "import_mbox"]
