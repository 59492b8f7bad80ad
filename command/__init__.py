"""The command line: starts processes and answers the operator. It alone sees chat, web and workers.

What supervises stays slim: heavy modules are imported inside the functions that need them.
"""
