"""From findings to words: the templates of a language speak, this package listens."""
