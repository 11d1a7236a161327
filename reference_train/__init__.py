"""A small, complete trainer: a digit detector trained with DistributedDataParallel."""
