"""Speed, as ratios against a floor in the same run; never as a timed test. `make bench` runs it (docs/performance.md)."""
