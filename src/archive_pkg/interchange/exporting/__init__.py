"""Write records in other formats: one module per format."""
