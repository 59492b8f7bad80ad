"""The edge: HTTP and sockets in, one verb of chat, pages and JSON out."""
