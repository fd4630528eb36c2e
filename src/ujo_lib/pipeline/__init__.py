"""The chain at work: what has to be run, running it, and putting the pages in their place."""
