"""Becomes another program that dies with its parent.

Run as a file: `python -I -S launcher.py PARENT_PID USER PROGRAM ARGUMENTS...`, USER may be empty.

A supervisor that is killed with SIGKILL cannot stop what it started. So each program asks the
kernel, between fork and exec, to be killed when its parent ends. It is asked here and not in the
supervisor's `preexec_fn`, because Python code between fork and exec can deadlock in a process with
threads. SIGKILL, because a program that hangs on its way out would stay for ever; everything that
Tameng runs survives it. The request holds for the *thread* that started the program: the
supervisor's loop must run in a thread that lives as long as it.

Postgres refuses to run as root. With a USER the program runs as that one, but keeps the right of
root to pass through folders (CAP_DAC_OVERRIDE), so that a state folder under a closed home folder
works and nothing else has to be opened for that user.
"""

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def command(argv: Sequence[str], *, user: str = "") -> tuple[str, ...]:
    """The command line that runs `argv` as a program that dies with this one."""
    return (sys.executable, "-I", "-S", __file__, str(os.getpid()), user, *argv)


def die_with_parent(parent_pid: int) -> None:
    """Be killed when the parent ends; end now if it already has."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent_pid:
        sys.exit(1)


def become(user: str) -> None:
    """Run as that user, still passing through folders as root does, where the machine allows."""
    entry = pwd.getpwnam(user)
    _libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    wanted = 1 << CAP_DAC_OVERRIDE
    # effective, permitted, inheritable: the low 32 capabilities, then the high ones
    sets = (ctypes.c_uint32 * 6)(wanted, wanted, wanted, 0, 0, 0)
    if _libc.capset(header, sets) == 0:
        _libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def main() -> None:
    """Become the program of the command line."""
    parent_pid, user, *argv = sys.argv[1:]
    if user:
        become(user)
    # After the change of user, which takes the request back.
    die_with_parent(int(parent_pid))
    os.execvp(argv[0], argv)  # noqa: S606 (the caller composed the arguments)


if __name__ == "__main__":
    main()
