"use strict";
// From a compiled module and its manifest to functions over typed arrays.
globalThis.Live ??= {};

{
  /**
   * Functions that call the kernels of a compiled module.
   *
   * Arrays are copied in, and back out after the call. int64 and uint64 arrays are BigInt arrays; scalars are numbers.
   * It stands on its own (no name from outside): a worker that starts from a file:// page gets it as source text.
   */
  Live.instantiate = function instantiate(compiled, manifest) {
    const ARRAYS = {
      float64: Float64Array, float32: Float32Array,
      int64: BigInt64Array, uint64: BigUint64Array, int32: Int32Array, uint32: Uint32Array,
      int16: Int16Array, uint16: Uint16Array, int8: Int8Array, uint8: Uint8Array, bool: Uint8Array,
    };
    // An integer beyond 2^53 stays a BigInt: a Number would be another integer.
    const narrow = (big) => (BigInt.asIntN(53, big) === big ? Number(big) : big);
    const READERS = {
      f8: (view, at) => view.getFloat64(at, true), f4: (view, at) => view.getFloat32(at, true),
      i8: (view, at) => narrow(view.getBigInt64(at, true)), u8: (view, at) => narrow(view.getBigUint64(at, true)),
      i4: (view, at) => view.getInt32(at, true), u4: (view, at) => view.getUint32(at, true),
      i2: (view, at) => view.getInt16(at, true), u2: (view, at) => view.getUint16(at, true),
      i1: (view, at) => view.getInt8(at), u1: (view, at) => view.getUint8(at),
      b1: (view, at) => view.getUint8(at) !== 0,
    };
    const wasm = new WebAssembly.Instance(compiled, {}).exports;

    const scalar = (place, kind, value) => {
      if (kind === "b1") return value ? 1 : 0;
      const number = typeof value === "boolean" ? Number(value) : value;
      if (typeof number !== "number" && typeof number !== "bigint") throw new TypeError(`${place} must be a number, not ${value}`);
      if (kind[0] === "f") return Number(number);
      if (typeof number === "number" && !Number.isSafeInteger(number)) throw new TypeError(`${place} must be an integer, not ${number}`);
      return kind[1] === "8" ? BigInt(number) : Number(number);
    };
    const shape = (place, { dtype, ndim }, array) => {
      if (!(array instanceof ARRAYS[dtype])) throw new TypeError(`${place} must be a ${ARRAYS[dtype].name}`);
      const lengths = array.shape ?? [array.length];
      if (lengths.length !== ndim || lengths.reduce((a, b) => a * b, 1) !== array.length) {
        throw new TypeError(`${place} must have ${ndim} dimensions (Live.shape), not [${lengths}] of ${array.length}`);
      }
      return lengths;
    };
    const allocate = (name, bytes) => {
      const address = wasm.alloc(Math.max(8, bytes)) >>> 0;
      if (address === 0) throw new RangeError(`${name}: out of memory`);
      return address;
    };
    const bytesOf = (array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    // Memory that grows detaches every view of it: views are made anew, never kept.
    const bytesAt = (address, length) => new Uint8Array(wasm.memory.buffer, address, length);

    const call = (name, { args, returns, tuple }, given) => {
      if (given.length !== args.length) throw new TypeError(`${name} takes ${args.length} arguments, not ${given.length}`);
      wasm.reset(manifest.heap);
      const slots = allocate(name, 8 * returns.length);
      const placed = new Map();   // an array that is given twice is one array
      const flat = args.flatMap((kind, i) => {
        const place = `${name}: argument ${i + 1}`;
        if (kind.kind !== "array") return [scalar(place, kind.kind, given[i])];
        const lengths = shape(place, kind, given[i]);
        if (!placed.has(given[i])) placed.set(given[i], allocate(name, given[i].byteLength));
        return [placed.get(given[i]), ...lengths];
      });
      for (const [array, address] of placed) bytesAt(address, array.byteLength).set(bytesOf(array));
      const status = wasm[name](slots, ...flat);
      if (status !== 0) throw new Error(`${name}: ${manifest.errors[status] ?? `error ${status}`}`);
      for (const [array, address] of placed) bytesOf(array).set(bytesAt(address, array.byteLength));
      const view = new DataView(wasm.memory.buffer);
      const results = returns.map((kind, i) => READERS[kind](view, slots + 8 * i));
      return tuple ? results : results[0];
    };
    const bound = ([name, signature]) => [name, (...given) => call(name, signature, given)];
    return Object.fromEntries(Object.entries(manifest.kernels).map(bound));
  };

  /** The array, with the lengths of its dimensions (C order): for a kernel that takes a matrix. */
  Live.shape = (array, ...lengths) => Object.assign(array, { shape: lengths });

  let loaded, failed, called = false;
  /** The compiled module and its manifest: what a worker is given. */
  Live.compiled = new Promise((resolve, reject) => { [loaded, failed] = [resolve, reject]; });
  /** The kernels of the book, as functions. */
  Live.kernels = Live.compiled.then(({ compiled, manifest }) => Live.instantiate(compiled, manifest));
  for (const promise of [Live.compiled, Live.kernels]) promise.catch(() => {});   // each figure reports it

  globalThis.addEventListener?.("load", () => { if (!called) failed(new Error("the kernels did not arrive")); });

  /** Called by the module's file: `wasm` is base64. */
  Live.module = ({ manifest, wasm }) => {
    called = true;
    try {
      const bytes = Uint8Array.from(atob(wasm), (letter) => letter.charCodeAt(0));
      WebAssembly.compile(bytes).then((compiled) => loaded({ compiled, manifest }), failed);
    } catch (error) {   // no WebAssembly here, or a damaged file
      failed(error);
    }
  };
}
