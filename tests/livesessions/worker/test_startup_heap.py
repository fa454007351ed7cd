import gc

from livesessions.worker.startup_heap import freeze_startup_heap


def test_what_a_process_has_loaded_is_not_looked_through_again() -> None:
    gc.unfreeze()  # the tests' own objects, which tests/selection.py froze; afterwards they are frozen again
    before = len(gc.get_objects())
    freeze_startup_heap()
    assert gc.get_freeze_count() > before / 2
    assert len(gc.get_objects()) < before / 10
