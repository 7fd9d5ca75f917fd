"""The tables of a catalogue: their columns, cells and rows, derived from the models of a record."""
