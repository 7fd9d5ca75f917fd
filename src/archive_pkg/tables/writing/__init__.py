"""Write catalogues as data packages and workbooks, and annotated copies of the user's files."""
