"""Write the statements of a draft to a record."""
