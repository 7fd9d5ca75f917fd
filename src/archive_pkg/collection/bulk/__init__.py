"""Run one operation on many subjects: in this process, in several, or on a Dask cluster."""
