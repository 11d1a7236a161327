"""Numbers worked out: batch arithmetic and learning rates, from what is known of a script."""
