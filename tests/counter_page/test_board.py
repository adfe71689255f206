"""The board: a window that sleeps is given what is newest when it wakes, and nothing piles up."""

import asyncio

from pos_counter_page.board import ROLL, SHOWN, Board, Told


def test_a_window_that_slept_is_given_the_newest_of_each_thing() -> None:
    async def body() -> None:
        board = Board()
        window = board.follow()
        assert [each.kind for each in await anext(window)] == ["begin"]
        for number in range(1, 3 * ROLL):
            board.show("display", f"TOTAL {number}")
            board.state("drawer", number % 2 == 0)
            board.add("paper", str(number), "<svg/>")
        told = await anext(window)
        assert [each for each in told if each.kind != "paper"] == [
            Told("panel", "display", f"TOTAL {3 * ROLL - 1}"), Told("state", "drawer", "0"),
        ]  # fmt: skip
        assert [each.name for each in told if each.kind == "paper"] == [
            str(number) for number in range(3 * ROLL - SHOWN, 3 * ROLL)
        ]
        await window.aclose()

    asyncio.run(body())


def test_what_has_not_changed_is_not_told_again() -> None:
    async def body() -> None:
        board = Board()
        board.show("display", "MERCI")
        window = board.follow()
        await anext(window)
        await anext(window)
        board.show("display", "MERCI")
        board.close()
        assert [told async for told in window] == []

    asyncio.run(body())


def test_the_roll_is_scrolled_back_to_its_beginning_and_no_further() -> None:
    async def body() -> None:
        board, seen, before = Board(), list[int](), ROLL + 101
        for number in range(1, ROLL + 101):
            board.add("paper", str(number), "<svg/>")
        while papers := board.papers(before):
            seen = [int(each.name) for each in papers] + seen
            before = seen[0]
        assert seen == list(range(101, ROLL + 101))

    asyncio.run(body())
