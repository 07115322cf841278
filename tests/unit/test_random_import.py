"""The package opens quickly, and without what only analysts need."""

import json
import subprocess
import sys

SCRIPT = """
import json, sys, time
start = time.process_time()
from underload import random
print(json.dumps([time.process_time() - start, sorted(sys.modules)]))
"""


def test_import_is_quick_and_light():
    out = subprocess.run([sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True).stdout
    seconds, modules = json.loads(out)
    assert seconds < 1.5  # CPU time; mostly Numba's
    assert "numba" in modules
    assert not {"scipy.special", "scipy.stats", "matplotlib", "pandas", "networkx"} & set(modules)
