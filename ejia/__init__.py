"""What makes a copy of the parts: the processes, the command line, the trial copy."""

import gc

# By default all that was just made is looked through after every 700 objects: while a process loads its modules, of which nothing ever
# goes, that is a fifth of its start.
gc.set_threshold(50_000)
