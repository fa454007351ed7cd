"""The virtual clock, under the name that tests know it by."""

from rehearsals.rehearsal.virtual_clock import EPOCH, VirtualTimeLoop, run_virtual, virtual_now

__all__ = ["EPOCH", "VirtualTimeLoop", "run_virtual", "virtual_now"]
