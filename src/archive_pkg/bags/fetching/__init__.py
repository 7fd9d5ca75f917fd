"""fetch.txt: reading it, and downloading the files it names, on request only."""
