"""What makes a copy of the parts: the processes, the command line, the trial copy."""

from ejia import memory

memory.begin()
