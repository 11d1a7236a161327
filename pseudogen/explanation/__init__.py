"""From findings to an explanation: the order in which things run, stages, entries, document."""
