"""What the names of a script mean: where they come from, what they hold, what they are worth."""
