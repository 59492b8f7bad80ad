"""Who asks for pages: a browser with one connection, one page after the other."""

import http.client
import time

from bench.live.servers import House, Server
from command.trouble import Trouble


class Browser:
    """A member's with a cookie, a visitor's without."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Cookie": f"session={cookie}"} if cookie else {}

    def get(self, path: str) -> str:
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        if answer.status != 200 or len(text) < 2000:
            raise Trouble(f"{path} was answered with {answer.status}.")
        return text

    def time(self, path: str, times: int) -> list[float]:
        """Milliseconds of each page, from the question to its last byte."""
        took = []
        for _ in range(times):
            began = time.perf_counter()
            self.get(path)
            took.append((time.perf_counter() - began) * 1000)
        return took


def cpu(built: House, server: Server) -> float:
    """Seconds, of the web process and the database."""
    return server.cpu() + built.cpu()
