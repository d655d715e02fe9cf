"""The Django project and its one app: rows into arrays, orders into pages."""

import os

# OpenMP and fork hang together, and a web process that ranks one reader gains nothing
# from a second BLAS thread: one thread everywhere, before anything imports numpy.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
