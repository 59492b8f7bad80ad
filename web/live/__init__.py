"""The live socket: authorise, catch up, write. The protocol is in docs/live.md."""
