"""What is known of the libraries of the field, as data: one table per framework."""
