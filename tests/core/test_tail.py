import json
import threading
from pathlib import Path

from core.tail import JsonLinesTail


def write(path: Path, *numbers: int) -> None:
    path.write_text("".join(json.dumps({"step": number}) + "\n" for number in numbers))


def steps(tail: JsonLinesTail) -> list[int]:
    return [record["step"] for record in tail.read()]


def test_missing_file_has_no_records(tmp_path: Path) -> None:
    assert JsonLinesTail(tmp_path / "none.jsonl").read() == []


def test_reads_what_was_added_and_leaves_half_a_line(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    write(path, 1, 2)
    tail = JsonLinesTail(path)
    assert steps(tail) == [1, 2]
    with path.open("a") as file:
        file.write('{"step": 3}\n{"st')
        file.flush()
        assert steps(tail) == [1, 2, 3]
        file.write('ep": 4}\n')
    assert steps(tail) == [1, 2, 3, 4]


def test_reads_only_new_bytes(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    write(path, 1, 2)
    tail = JsonLinesTail(path)
    tail.read()
    path.write_bytes(b"#" + path.read_bytes()[1:] + b'{"step": 3}\n')  # a second look at line 1 would fail
    assert steps(tail) == [1, 2, 3]


def test_file_cut_back_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    write(path, 1, 2, 3)
    tail = JsonLinesTail(path)
    tail.read()
    write(path, 1)
    assert steps(tail) == [1]


def test_file_cut_back_and_grown_beyond_where_it_was_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    write(path, 1, 2, 3)
    tail = JsonLinesTail(path)
    tail.read()
    write(path, 1, 2, 7, 8, 9)
    assert steps(tail) == [1, 2, 7, 8, 9]


def test_removed_file_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    write(path, 1)
    tail = JsonLinesTail(path)
    tail.read()
    path.unlink()
    assert tail.read() == []


def test_the_list_is_the_callers_own(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    write(path, 1)
    tail = JsonLinesTail(path)
    tail.read().clear()
    assert steps(tail) == [1]


def test_threads_that_share_a_tail_see_every_line_once(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.touch()
    tail = JsonLinesTail(path)
    seen: list[list[int]] = []

    def watch() -> None:
        while not seen or len(seen[-1]) < 200:
            seen.append(steps(tail))

    watchers = [threading.Thread(target=watch) for _ in range(3)]
    for watcher in watchers:
        watcher.start()
    with path.open("a") as file:
        for number in range(200):
            file.write(f'{{"step": {number}}}\n')
            file.flush()
    for watcher in watchers:
        watcher.join(timeout=20)
    assert all(found == list(range(len(found))) for found in seen)
    assert steps(tail) == list(range(200))
