"""Scenes with the cast, on a real PostgreSQL, a real Valkey and real sockets."""
