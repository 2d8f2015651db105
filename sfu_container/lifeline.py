"""What ties a worker to its supervisor: it ends when that does, however that ends."""

from __future__ import annotations

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>."""


def end_with(parent: int) -> bool:
    """Let the kernel end this process by SIGTERM when its parent dies (prctl(2), PR_SET_PDEATHSIG).

    False when `parent` is dead already: the kernel tells only of what happens from now on, but an orphan has another
    parent. Raises `OSError`.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGTERM)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return os.getppid() == parent
