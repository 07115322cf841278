"""Time the kernels beside a C twin of the same algorithm and beside the tool one would pick instead.

Every row comes from one run in which the contestants take turns, as CPU time, so that a noisy machine
disturbs all alike. Only ratios are printed: 1.0 means as fast, 2.0 twice as slow, 0.01 a hundred times
as fast.
"""

import pathlib
import runpy

from tabulate import tabulate

BENCH = pathlib.Path(__file__).resolve().parents[1] / "tests" / "bench"


def main():
    rows = []
    for path in sorted(BENCH.glob("*.py")):
        module = runpy.run_path(str(path))
        if "rows" in module:
            rows += module["rows"]()
    shown = [[what, *(f"{ratio:.3g}" if ratio is not None else "" for ratio in ratios)] for what, *ratios in rows]
    print(tabulate(shown, headers=("kernel", "time / C twin", "time / peer"), tablefmt="simple", disable_numparse=True))


if __name__ == "__main__":
    main()
