from __future__ import annotations

import threading

import pytest

from gyeol.web.work import LATER, SOON, BusyError, Workers


@pytest.fixture
def held() -> tuple[Workers, threading.Event]:
    """Give one thread that is kept busy until it is let go."""
    workers, begun, let = Workers(1, 3), threading.Event(), threading.Event()
    workers.submit(lambda: (begun.set(), let.wait(10)))
    assert begun.wait(10)
    return workers, let


def test_what_somebody_waits_for_comes_before_what_may_wait(held: tuple[Workers, threading.Event]) -> None:
    workers, let = held
    order: list[str] = []
    tasks = [workers.submit(lambda n=n: order.append(f"later {n}"), LATER) for n in range(2)]  # type: ignore[misc]
    tasks += [workers.submit(lambda n=n: order.append(f"soon {n}"), SOON) for n in range(2)]  # type: ignore[misc]
    let.set()
    for task in tasks:
        task.result(10)
    assert order == ["soon 0", "soon 1", "later 0", "later 1"]
    workers.close()


def test_the_queue_has_an_end_for_each_urgency(held: tuple[Workers, threading.Event]) -> None:
    workers, let = held
    tasks = [workers.submit(lambda: 1, LATER) for _ in range(3)]
    with pytest.raises(BusyError):
        workers.submit(lambda: 1, LATER)
    tasks.append(workers.submit(lambda: 1, SOON))  # the background does not keep people out
    assert workers.waiting == 4
    let.set()
    assert [task.result(10) for task in tasks] == [1] * 4
    assert workers.waiting == 0
    workers.close()


def test_what_was_given_up_is_not_done(held: tuple[Workers, threading.Event]) -> None:
    workers, let = held
    done: list[int] = []
    task = workers.submit(lambda: done.append(1))
    assert task.cancel()
    last = workers.submit(lambda: done.append(2))
    let.set()
    last.result(10)
    assert done == [2]
    workers.close()


def test_an_error_reaches_who_asked_and_the_thread_goes_on() -> None:
    workers = Workers(1, 3)
    with pytest.raises(ZeroDivisionError):
        workers.submit(lambda: 1 // 0).result(10)
    assert workers.submit(lambda: 5).result(10) == 5
    workers.close()


def test_closing_ends_what_somebody_waits_for_and_takes_nothing_more(
    held: tuple[Workers, threading.Event],
) -> None:
    workers, let = held
    soon, later = workers.submit(lambda: 1, SOON), workers.submit(lambda: 1, LATER)
    closing = threading.Thread(target=workers.close)
    closing.start()
    let.set()
    closing.join(10)
    assert soon.result(0) == 1
    assert not later.done()
    with pytest.raises(BusyError):
        workers.submit(lambda: 1)


def test_what_would_only_be_given_up_later_is_refused_at_once() -> None:
    workers, let = Workers(1, 100, patience=0.5), threading.Event()
    workers.submit(lambda: let.wait(0.6)).result(
        10
    )  # a fifth of what this took is what is expected of the next
    held = [workers.submit(lambda: let.wait(10)) for _ in range(2)]
    for _ in range(50):
        try:
            held.append(workers.submit(lambda: True))
        except BusyError:
            break
    # As many as half a second holds, and not the hundred that there are places for.
    assert 2 <= len(held) < 12
    workers.submit(lambda: 1, LATER)  # what nobody waits for is counted apart
    let.set()
    for task in held:
        task.result(10)
    assert workers.submit(lambda: 1).result(10) == 1  # nothing waits any more
    workers.close()
