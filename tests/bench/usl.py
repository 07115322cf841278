"""Fits of the Universal Scalability Law beside a C twin of the same steps and beside SciPy's bounded `curve_fit`."""

import ctypes
import pathlib
import subprocess
import tempfile
import time

import numpy as np
from scipy.optimize import curve_fit
from underload import usl
from underload.usl.least_squares import minimise_rows

HERE = pathlib.Path(__file__).parent
SEVEN = np.array([1.0, 18, 36, 72, 108, 144, 216])  # the loads of SPEC SDM91
PARAMETERS = 90.0, 0.0277, 1.04e-4
FITS, PEER_FITS, ROUNDS = 20_000, 10, 7
FREE = np.ones(3, dtype=bool)


def twin():
    """The C twin, compiled for this machine, without contraction, which would change its bits."""
    with tempfile.TemporaryDirectory() as folder:
        library = f"{folder}/usl.so"
        options = ["-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC"]
        subprocess.run(["gcc", *options, str(HERE / "usl.c"), "-o", library, "-lm"], check=True)
        return ctypes.CDLL(library)


def pointer(array):
    return ctypes.c_void_p(array.ctypes.data)


def law(load, rate, contention, coherency):
    return rate * load / (1 + contention * (load - 1) + coherency * load * (load - 1))


def measurements(load):
    draw = np.random.default_rng(1)
    truth = law(load, *PARAMETERS)
    return np.maximum(truth + draw.normal(0, 0.04 * truth.max(), (FITS, len(load))), 0)


def contestants(library, load):
    """Ours, the twin's and (of a few rows) SciPy's fits of the same measurements; and what the first two find."""
    rows = measurements(load)
    columns = np.array([np.ones(len(load)), load - 1, load * (load - 1)])
    (ours, squares), (theirs, their_squares) = ((np.zeros((FITS, 3)), np.zeros(FITS)) for _ in range(2))
    count, n = ctypes.c_int64(FITS), ctypes.c_int64(len(load))

    def fit():
        minimise_rows(load, rows, columns, FREE, FREE, ours, squares)

    def fit_in_c():
        arrays = [pointer(array) for array in (load, rows, columns)]
        library.minimise_rows(*arrays, count, n, pointer(theirs), pointer(their_squares))

    def fit_with_scipy():
        for row in rows[:PEER_FITS]:
            curve_fit(law, load, row, (row[0], 0.01, 1e-4), bounds=(0, np.inf), x_scale=(row[0], 0.01, 1e-4))

    return (fit, fit_in_c, fit_with_scipy), (ours, theirs)


def cpu_times(functions):
    """Least CPU time of each, in turns."""
    times = [[] for _ in functions]
    for _ in range(ROUNDS):
        for own, function in zip(times, functions):
            start = time.process_time()
            function()
            own.append(time.process_time() - start)
    return [min(own) for own in times]


def rows():
    """Kernel, time over the twin's, time over the peer's."""
    library, table = twin(), []
    for load in (SEVEN, np.arange(1.0, 33)):
        functions, found = contestants(library, load)
        ours, c, peer = cpu_times(functions)
        np.testing.assert_array_equal(*found)  # the same bits
        peer *= FITS / PEER_FITS
        table.append((f"USL fits, {len(load)} points (peer: SciPy curve_fit)", ours / c, ours / peer))
    return table


def rates():
    """Fits per second at 7 points, and the seconds of 10,000 bootstrap draws."""
    functions, _ = contestants(twin(), SEVEN)
    fit = usl.fit(SEVEN, measurements(SEVEN)[0])
    ours, draws = cpu_times((functions[0], lambda: fit.bootstrap(10_000, seed=1)))
    return FITS / ours, draws


if __name__ == "__main__":
    print(rows())
    print("fits/s {:,.0f}; 10,000 draws {:.3f} s".format(*rates()))
