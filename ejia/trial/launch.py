"""Becomes another program, which dies with its parent: `python -I launch.py PARENT_PID SIGNAL USER -- PROGRAM ARGUMENT…`.

Run as a file by `ejia.trial.processes`, so it needs nothing but the standard library. With USER `nobody` a start as root steps down
first: PostgreSQL refuses to run as root, and a trial run adds no user to the machine. What it does is
`setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search
--securebits=+no_setuid_fixup`, done here because not every machine has that program, and because containers often withhold that
capability: kept is the least that lets the new user reach PROGRAM and the working folder; outside of /root that is none at all.
No permission of a file is changed.
"""

import ctypes
import os
import struct
import sys

NOBODY = 65534
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
PR_SET_PDEATHSIG, PR_SET_SECUREBITS, PR_CAP_AMBIENT = 1, 28, 47
AMBIENT_RAISE, AMBIENT_CLEAR_ALL = 2, 4
SECBIT_NO_SETUID_FIXUP = 1 << 2
CAPABILITY_VERSION_3 = 0x20080522


def main() -> None:
    """Step down if asked, tie this process to its parent, and become the program."""
    parent, signal_number, user, dashes, *argv = sys.argv[1:]
    if dashes != "--" or not argv:
        sys.exit("launch.py PARENT_PID SIGNAL USER -- PROGRAM ARGUMENT…")
    if user == "nobody":
        _become_nobody(argv[0])
    if sys.platform == "linux":
        # Last, because every change of user or capabilities clears it.
        _prctl(PR_SET_PDEATHSIG, int(signal_number))
        if os.getppid() != int(parent):
            sys.exit("the parent is gone already")
    os.execv(argv[0], argv)  # noqa: S606 - becoming the given program is the purpose


def _become_nobody(program: str) -> None:
    """Give up root and all capabilities, save the least that still reaches the program and the folder that it runs in."""
    _prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    _prctl(PR_CAP_AMBIENT, AMBIENT_CLEAR_ALL)
    permitted, folder = _permitted(), os.getcwd()
    for needed in (0, 1 << CAP_DAC_READ_SEARCH, 1 << CAP_DAC_OVERRIDE):
        if needed & ~permitted:
            continue
        _set_capabilities(effective=needed, permitted=permitted, inheritable=needed)
        if os.access(program, os.X_OK) and os.access(folder, os.W_OK | os.X_OK):
            _set_capabilities(effective=needed, permitted=needed, inheritable=needed)
            if needed:
                _prctl(PR_CAP_AMBIENT, AMBIENT_RAISE, needed.bit_length() - 1)
            return
    sys.exit(f"The user nobody cannot reach {program} and {folder}: put both where other users may enter, or do not run as root.")


def _prctl(option: int, *arguments: int) -> None:
    padded = [ctypes.c_ulong(argument) for argument in (*arguments, 0, 0, 0, 0)[:4]]
    if ctypes.CDLL(None, use_errno=True).prctl(option, *padded) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"prctl({option}): {os.strerror(code)}")


def _permitted() -> int:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1], 16) for line in status if line.startswith("CapPrm:"))


def _set_capabilities(*, effective: int, permitted: int, inheritable: int) -> None:
    """capset(2), version 3: two triples of effective, permitted and inheritable, low words first."""
    low = [mask & 0xFFFFFFFF for mask in (effective, permitted, inheritable)]
    high = [mask >> 32 for mask in (effective, permitted, inheritable)]
    header, data = struct.pack("=Ii", CAPABILITY_VERSION_3, 0), struct.pack("=6I", *low, *high)
    if ctypes.CDLL(None, use_errno=True).capset(header, data) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"capset: {os.strerror(code)}")


if __name__ == "__main__":
    main()
