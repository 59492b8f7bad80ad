"""The whole product under faults: processes killed, stopped and cut off, and a checker of what everybody saw."""
