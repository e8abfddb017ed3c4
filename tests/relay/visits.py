"""Pages that have a stream open, without a server between."""

import asyncio

from relay.streams import application


class Visit:
    """A page that has a stream open for as long as the context lasts."""

    def __init__(self, ticket):
        self.scope = {"type": "http", "query_string": f"ticket={ticket}".encode()}
        self.start, self.body, self.asked, self.is_whole = {}, b"", False, False
        self.left, self.heard = asyncio.Event(), asyncio.Event()

    async def __aenter__(self):
        self.task = asyncio.create_task(application(self.scope, self.receive, self.send))
        return self

    async def __aexit__(self, *_):
        self.left.set()
        await self.task

    async def receive(self):
        if not self.asked:
            self.asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.is_whole = not message.get("more_body", False)
        self.body += message.get("body", b"")
        self.heard.set()

    async def wait_for(self, text):
        async with asyncio.timeout(5):
            while text not in self.body:
                self.heard.clear()
                await self.heard.wait()


async def visit(ticket):
    page = Visit(ticket)
    await application(page.scope, page.receive, page.send)
    return page.start


def run(awaitable):
    async def call():
        try:
            return await awaitable
        finally:
            await end_others()

    return asyncio.run(call())


async def end_others():
    # The hub listens for as long as its process lives: here, for one test. On Python 3.11
    # redis-py forgets a cancellation that comes while it writes (findings).
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in others:
            task.cancel()
        await asyncio.wait(others, timeout=1)
