"""Stands in for a web process: answers on the inherited socket with its own number."""

import http.server
import os
import signal
import socket
import sys


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("", 0), Answer, bind_and_activate=False)
server.socket = socket.socket(fileno=int(sys.argv[1]))
server.server_name, server.server_port = "here", 0
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
server.serve_forever()
