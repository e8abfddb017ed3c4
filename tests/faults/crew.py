"""Several shops that sell without pause while the test breaks things."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

from servers.stack import Stack
from tests.faults.shop import PATIENCE_S, Sale, Shop, wait_for, without_clock

SELLERS = 3


class Crew:
    """Sellers in threads of their own, each with a till and a customer."""

    def __init__(self, stack: Stack, demo: dict[str, Any]) -> None:
        self.shops = [Shop(stack, demo, customer=number) for number in range(SELLERS)]
        self.stack = stack
        self.sales: list[Sale] = []
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(SELLERS)

    def __enter__(self) -> Self:
        """Start selling."""
        self._running = [self._pool.submit(self._sell, shop) for shop in self.shops]
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._pool.shutdown()

    def stop(self) -> None:
        """Finish the sales that were begun; a failure of any seller is raised here."""
        self._over.set()
        for seller in self._running:
            seller.result(timeout=PATIENCE_S)

    def wait_for_sales(self, count: int) -> None:
        """Wait until so many more sales have been acknowledged.

        What ends by itself meanwhile is started again, as the demo's watch does: granian
        gives up when a worker dies twice within seconds.
        """
        wanted = len(self.sales) + count
        wait_for(lambda: self._has_sold(wanted))

    def confirm_again(self) -> None:
        """Repeat every confirmation with its own key: each answer must be the first one."""
        by_name = {shop.customer["name"]: shop for shop in self.shops}
        for sale in self.sales:
            again = by_name[sale.customer].confirm(sale.confirmation, key=sale.key)
            assert without_clock(again) == without_clock(sale.payment)

    def _sell(self, shop: Shop) -> None:
        while not self._over.is_set():
            self.sales.append(shop.sell())

    def _has_sold(self, wanted: int) -> bool:
        for name in self.stack.find_dead():
            self.stack.start(name)
        failed = any(seller.done() and seller.exception() for seller in self._running)
        return failed or len(self.sales) >= wanted
