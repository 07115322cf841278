"""The kernels of a module as Python functions, run by Chromium through the glue that the site uses.

Floats and arrays cross as their bytes and integers as their digits, so that nothing is rounded on the way.
"""

import base64
import pathlib

import numpy as np
from wasm_engine import DTYPES

__all__ = ["Chromium"]

GLUE = pathlib.Path(__file__).resolve().parents[2] / "live" / "js" / "kernels.js"

CALL = """async ([name, given]) => {
  const bytes = (letters) => Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
  const letters = ({ buffer }) =>
    btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));
  const ARRAYS = {
    float64: Float64Array, float32: Float32Array, bool: Uint8Array,
    int64: BigInt64Array, int32: Int32Array, int16: Int16Array, int8: Int8Array,
    uint64: BigUint64Array, uint32: Uint32Array, uint16: Uint16Array, uint8: Uint8Array,
  };
  const read = ({ kind, dtype, shape, data }) => {
    if (kind === "array") return Live.shape(new ARRAYS[dtype](bytes(data).buffer), ...shape);
    if (kind[0] === "f") return new Float64Array(bytes(data).buffer)[0];
    return kind === "b1" ? data === "1" : BigInt(data);
  };
  const kernels = await Live.kernels;
  const { returns, tuple } = (await Live.compiled).manifest.kernels[name];
  const told = (one, kind) => (kind[0] === "f" ? letters(Float64Array.of(one)) : String(kind === "b1" ? +one : one));
  const args = given.map(read);
  try {
    const found = kernels[name](...args);
    const results = (tuple ? found : returns.length ? [found] : []).map((one, i) => told(one, returns[i]));
    return { results, arrays: args.map((one) => (ArrayBuffer.isView(one) ? letters(one) : null)) };
  } catch (error) {
    return { error: error.message };
  }
}"""


class Chromium:
    """A module in a page: ``Chromium(page, module).call("name", 1.0, array)``. Arrays are changed in place."""

    def __init__(self, page, module):
        self.page, self.kernels = page, module.manifest["kernels"]
        page.add_script_tag(content=GLUE.read_text("utf8"))
        told = {"manifest": module.manifest, "wasm": base64.b64encode(module.wasm).decode("ascii")}
        page.evaluate("(told) => { Live.module(told); return Live.kernels.then(() => null); }", told)

    def call(self, name, *arguments):
        """What the kernel returns.

        Raises
        ------
        RuntimeError
            With the words of the kernel's exception.
        """
        entry = self.kernels[name]
        given = [_crossing(spec, value) for spec, value in zip(entry["args"], arguments, strict=True)]
        told = self.page.evaluate(CALL, [name, given])
        if "error" in told:
            raise RuntimeError(told["error"])
        for value, data in zip(arguments, told["arrays"]):
            if data is not None:
                value[...] = np.frombuffer(base64.b64decode(data), value.dtype).reshape(value.shape)
        results = tuple(_returned(kind, data) for kind, data in zip(entry["returns"], told["results"], strict=True))
        if entry["tuple"]:
            return results
        return results[0] if results else None


def _crossing(spec, value):
    """An argument as text."""
    if spec["kind"] == "array":
        data = base64.b64encode(value.tobytes()).decode("ascii")
        return {"kind": "array", "dtype": str(value.dtype), "shape": list(value.shape), "data": data}
    if spec["kind"].startswith("f"):
        return {"kind": spec["kind"], "data": base64.b64encode(np.float64(value).tobytes()).decode("ascii")}
    return {"kind": spec["kind"], "data": str(int(value))}


def _returned(kind, data):
    """A result from its text."""
    if kind.startswith("f"):
        return DTYPES[kind](np.frombuffer(base64.b64decode(data), np.float64)[0])
    return DTYPES[kind](int(data))
