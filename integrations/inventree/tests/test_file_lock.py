import os

from inventree_inventory_events.file_lock import locked


def test_one_holds_it_until_released(tmp_path):
    path = tmp_path / "lock"
    with locked(path, wait=False) as mine:
        with locked(path, wait=False) as other:
            assert (mine, other) == (True, False)
    with locked(path, wait=False) as again:
        assert again


def test_a_fork_keeps_none_of_its_parent_s_locks(tmp_path):
    path = tmp_path / "lock"
    is_up, say_up = os.pipe()
    is_over, say_over = os.pipe()
    with locked(path, wait=False) as mine:
        assert mine
        child = os.fork()
        if child == 0:
            os.close(say_over)
            os.write(say_up, b"x")
            os.read(is_over, 1)
            os._exit(0)
        os.read(is_up, 1)
    try:
        with locked(path, wait=False) as again:
            assert again
    finally:
        os.close(say_over)
        os.waitpid(child, 0)
