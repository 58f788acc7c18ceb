"""The stand-in WeChat server: the paths, shapes and refusals of the real one, for trial runs and tests."""
