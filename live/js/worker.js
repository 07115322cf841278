"use strict";
// Long runs, a chunk at a time, beside the page. This file is part of the page's script, and, behind kernels.js, the worker's.
globalThis.Live ??= {};

{
  /**
   * What runs in the worker. Messages in: `{module: {compiled, manifest}}`; `{run, kernel, args, shapes}` starts a run;
   * `{next: run, chunk}` asks for one chunk and is answered, always and once, by `{run, chunk, results, args}` with
   * copies of the arrays or by `{run, error}`. The arrays of a run are kept here: what a kernel leaves in them is there
   * at the next chunk. It stands on its own, as `Live.instantiate` does.
   */
  Live.serve = function serve(scope, instantiate) {
    let kernels, failure, current = {};
    const compute = (index) => {
      const { kernel, args } = current;
      if (failure) throw failure;
      if (!kernels[kernel]) throw new Error(`there is no kernel ${kernel}`);
      const results = kernels[kernel](...args.map((one) => (one === "chunk" ? index : one)));
      return { chunk: index, results, args: args.map((one) => (ArrayBuffer.isView(one) ? one : undefined)) };
    };
    const answer = (run, index) => {
      if (run !== current.run) return { run };
      try {
        return { run, ...compute(index) };
      } catch (error) {
        return { run, error: error.message };
      }
    };
    scope.onmessage = ({ data }) => {
      if (data.module) {
        try {
          kernels = instantiate(data.module.compiled, data.module.manifest);
        } catch (error) {
          failure = error;
        }
      } else if (data.args) {
        data.args.forEach((one, i) => { if (data.shapes[i]) one.shape = data.shapes[i]; });   // cloning drops it
        current = data;
      } else {
        scope.postMessage(answer(data.next, data.chunk));
      }
    };
  };

  if (typeof WorkerGlobalScope !== "undefined") Live.serve(self, Live.instantiate);

  /** In the arguments of a long run: the number of the chunk, from 0. */
  Live.chunk = "chunk";

  const PATIENCE = 200;   // ms that chunks of a run nobody wants may still take, before their worker is ended
  const AHEAD = 2;        // chunks asked for before the page has shown one
  const script = globalThis.document?.currentScript?.src;

  const launch = () => {
    if (location.protocol.startsWith("http") && script) return new Worker(new URL("worker.js", script));
    // A page without http may not start a worker from a file: the functions above go along as text.
    const text = `"use strict"; (${Live.serve})(self, ${Live.instantiate});`;
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    try {
      return new Worker(address);
    } finally {
      URL.revokeObjectURL(address);
    }
  };

  // Where a page forbids workers: the same, between the tasks of the page.
  const substitute = () => {
    const later = (receiver, data) => setTimeout(() => receiver.onmessage?.({ data }));
    const port = { postMessage: (data) => later(scope, data), terminate: () => { scope.onmessage = null; } };
    const scope = { postMessage: (data) => later(port, structuredClone(data)) };
    Live.serve(scope, Live.instantiate);
    return port;
  };

  /** The runs of one figure: at most one at a time, the last one that was asked for. */
  Live.Runs = class Runs {
    #worker = null; #outstanding = 0; #patience = 0; #waiting = null;
    #run = 0; #asked = 0; #chunks = 0; #heard = null;

    get running() { return this.#heard !== null; }

    /**
     * Start a run of `chunks` calls of a kernel; `heard` gets `{args, results, done, total}` after each, or `{error}`.
     * Another chunk is asked for when `shown` is called: a slow page slows the worker down.
     */
    async start(kernel, args, chunks, heard) {
      this.cancel();
      const run = this.#run;
      this.#heard = heard;
      let module;
      try {
        module = await Live.compiled;
      } catch (error) {
        return heard({ error: error.message });
      }
      if (run !== this.#run) return;
      this.#waiting = () => {
        [this.#asked, this.#chunks] = [0, chunks];
        this.#ready(module).postMessage({ run, kernel, args, shapes: args.map((one) => one?.shape) });
        for (let i = 0; i < AHEAD; i++) this.shown();
      };
      this.#proceed();
    }

    /** The last chunk is on the page. */
    shown() {
      if (this.#heard === null || this.#asked >= this.#chunks) return;
      this.#outstanding += 1;
      this.#worker.postMessage({ next: this.#run, chunk: this.#asked++ });
    }

    /** Forget the run. */
    cancel() {
      [this.#heard, this.#waiting] = [null, null];
      this.#run += 1;
      if (this.#outstanding > 0) this.#patience ||= setTimeout(() => this.#end(), PATIENCE);
    }

    #ready(module) {
      if (this.#worker) return this.#worker;
      try {
        this.#worker = launch();
      } catch {
        this.#worker = substitute();
      }
      this.#worker.onmessage = ({ data }) => this.#told(data);
      this.#worker.onerror = (event) => {
        const heard = this.#heard;
        event.preventDefault?.();
        this.cancel();
        this.#end();
        heard?.({ error: event.message || "the worker did not start" });
      };
      this.#worker.postMessage({ module });
      return this.#worker;
    }

    #told({ run, chunk, results, args, error }) {
      this.#outstanding -= 1;
      const heard = this.#heard;
      if (run === this.#run && heard) {
        if (error !== undefined || chunk + 1 === this.#chunks) this.#heard = null;
        heard(error === undefined ? { args, results, done: chunk + 1, total: this.#chunks } : { error });
      }
      this.#proceed();
    }

    // A run starts when no chunk of another one is being computed.
    #proceed() {
      if (this.#outstanding > 0) return;
      clearTimeout(this.#patience);
      this.#patience = 0;
      const begin = this.#waiting;
      this.#waiting = null;
      begin?.();
    }

    #end() {
      this.#worker?.terminate();
      [this.#worker, this.#outstanding] = [null, 0];
      this.#proceed();
    }
  };
}
