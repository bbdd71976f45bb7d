"""Heeds a cancellation that got lost: Redis sends within wait_for, which on Python 3.11 swallows one at times."""

import asyncio


def raise_if_cancelled() -> None:
    """Let a task that was asked to end do so; for loops that wait for nothing but a library's answers.

    Raises:
        asyncio.CancelledError: the running task was cancelled, and has not ended yet.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
