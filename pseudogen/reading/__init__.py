"""Reading input in whatever state it is in: files, notebooks, pasted text, old encodings."""
