"""Tasks that are asked to end do end."""

import asyncio

import pytest

from ascolto.kit.tasks import end

pytestmark = pytest.mark.anyio


async def deaf(times: int, heard: list[int]) -> None:
    """Go on for ever, swallowing the first cancellations."""
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            heard.append(1)
            if len(heard) > times:
                raise


async def test_a_task_that_swallows_its_cancellation_is_asked_again() -> None:
    heard: list[int] = []
    task = asyncio.create_task(deaf(2, heard))
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await end(task, patience_s=0.01)
    assert task.cancelled()
    assert len(heard) == 3


async def test_what_went_wrong_in_a_task_does_not_keep_the_others_from_ending() -> None:
    async def failing() -> None:
        raise ValueError

    tasks = [asyncio.create_task(failing()), asyncio.create_task(deaf(0, []))]
    await asyncio.sleep(0)
    await end(*tasks)
    assert all(task.done() for task in tasks)
    assert isinstance(tasks[0].exception(), ValueError)
