"""The syntax of a script: its statements with their lines, its scopes, its calls."""
