from uuid import uuid4

from encoder.capacity import LOOP_CORES, StreamCapacity
from tests.encoder.test_stream_report import report


def test_a_worker_has_room_for_as_many_streams_as_its_cores_carry() -> None:
    capacity = StreamCapacity(4 * LOOP_CORES)
    lives = [uuid4() for _ in range(4)]
    rooms = []
    for live in lives:
        rooms.append(capacity.room)
        capacity.add(live)
    assert (rooms, capacity.room, capacity.running) == ([4, 3, 2, 1], 0, 4)
    capacity.remove(lives[0])
    assert capacity.room == 1


def test_a_stream_that_uses_more_takes_the_room_of_others() -> None:
    capacity = StreamCapacity(4 * LOOP_CORES)
    live = uuid4()
    capacity.add(live)
    capacity.note(live, report(cpu=3 * LOOP_CORES))
    assert capacity.room == 1
    capacity.note(live, report(cpu=0.0))
    assert capacity.room == 3, "one that is silent now may speak soon"
    capacity.note(uuid4(), report(cpu=1.0))
    assert capacity.room == 3, "a stream of another worker"
