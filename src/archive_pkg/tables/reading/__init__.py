"""Read CSV files, workbooks and data packages as sheets of text cells."""
