"""Read fetch.txt, and download the files that it lists, on request only."""
