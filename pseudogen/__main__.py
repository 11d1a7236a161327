"""`python -m pseudogen`."""

from pseudogen.cli import main

main()
