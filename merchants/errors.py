"""Why a merchant's wish is refused."""


class NothingToSettle(Exception):
    """No sale and no refund since the last settlement."""

    def __init__(self) -> None:
        """Say so in one sentence."""
        super().__init__(
            "There is nothing to settle: no sale and no refund since the last one."
        )
