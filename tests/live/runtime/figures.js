"use strict";
// The figures of the page that tests the runtime.

Live.figure("curve", {
  title: "A curve and its points",
  columns: 2,
  controls: {
    factor: { label: "Factor", min: 0.1, max: 5, step: 0.1, value: 1, play: 0.3 },
    users: { label: "Users", log: true, min: 1e3, max: 1e9, value: 1e6 },
    law: { label: "Law", choices: { linear: "linear", square: "square" }, value: "linear" },
    rule: { label: "Rule", choices: ["one", "two", "three", "four", "five", "six"], value: "one" },
    points: { label: "Points", value: true },
    again: { label: "Another sample", button: true },
    more: { label: "Twice the factor", button: true, press: ({ factor }) => ({ factor: 2 * factor }) },
  },
  charts: {
    line: { x: { label: "load", domain: [0, 1] }, y: { label: "wait [s]", domain: [0, 10] }, pick: ({ y }) => ({ factor: y }) },
    log: { x: { label: "keys", domain: [1, 1e6], log: true }, y: { label: "misses", domain: [1e-3, 1], log: true }, height: 200 },
  },
  outputs: { last: { label: "last", unit: "s" }, people: { label: "people", show: Live.count } },
  setup: () => ({ xs: Float64Array.from({ length: 200 }, (_, i) => i / 199), ys: new Float64Array(200) }),
  draw({ values, kernels, charts, output, say, scratch: { xs, ys } }) {
    if (values.rule === "six") throw new Error("no sixth rule");
    kernels.scaled(xs, values.factor, ys);
    if (values.law === "square") for (let i = 0; i < ys.length; i++) ys[i] *= ys[i];
    charts.line.line("theory", xs, ys, { label: "theory" });
    charts.line.band("band", xs, ys.map((y) => 0.8 * y), ys.map((y) => 1.2 * y));
    if (values.points) charts.line.points("simulation", [0.25, 0.5, 0.75], [0.3, 0.6, 0.8], { low: [0.2, 0.5, 0.7], high: [0.4, 0.7, 0.9], label: "simulation" });
    charts.line.cross("measured", [0.1, 0.9], [0.1, NaN], { label: "measured" });
    charts.line.rule("here", { x: 0.5 }, { label: "here", dashed: true });
    charts.log.line("gap", [1, 10, 100, 1e3, 1e4, 1e6], [1, 0.5, 0, NaN, 0.01, Infinity], { label: "with a gap" });
    charts.log.bars("bars", [10, 100], [0.1, 0.2], { width: 5, name: "bars" });
    charts.log.circle("example", 10, 0.5, { label: "example" });
    charts.log.text("words", 1e3, 0.5, "words");
    output.last = ys.at(-1) + values.again;
    output.people = values.users;
    say(`The last is ${Live.digits(ys.at(-1))} seconds.`);
  },
});

Live.figure("walk", {
  title: "A random walk",
  controls: {
    steps: { label: "Steps in a chunk", values: [1000, 100000, 3000000], value: 1000 },
    fail: { label: "Fail", value: false },
    go: { label: "Walk", button: true },
  },
  charts: { walk: { x: { label: "chunk", domain: [0, 20] }, y: { label: "sum", domain: [0, 1] } } },
  outputs: { sum: { label: "sum" }, done: { label: "chunks" } },
  draw({ charts, output }) {
    charts.walk.rule("half", { y: 0.5 });
    output.sum = NaN;
    output.done = 0;
  },
  long: {
    button: "go",
    kernel: "walked",
    chunks: 20,
    arguments: ({ steps, fail }) => [BigUint64Array.of(7n), steps, fail ? -1 : Live.chunk, new Float64Array(20)],
    show({ arguments: [state, , , sums], results, done, charts, output }) {
      charts.walk.line("walk", Float64Array.from({ length: done }, (_, i) => i + 1), sums.subarray(0, done));
      output.sum = results;
      output.done = done;
      globalThis.lastState = state[0];
    },
  },
});

Live.figure("broken", {
  title: "What fails",
  controls: { value: { label: "Value", min: 1, max: 2 } },
  draw({ kernels }) { kernels.refuses(-1); },
});

Live.figure("film", {
  title: "What moves by itself",
  play: "time",
  controls: { time: { label: "Time", min: 0, max: 10, value: 10, play: 0.4 } },
  charts: { film: { x: { label: "time", domain: [0, 10] }, y: { label: "place", domain: [0, 10] } } },
  outputs: { place: { label: "place" } },
  draw({ values: { time }, charts: { film }, output }) {
    globalThis.filmed ??= [];
    filmed.push(time);
    film.axes({ x: { label: "time [s]" } });
    film.circle("here", time, time);
    film.describe("It goes up.");
    output.place = { value: time, text: `at ${time}`, note: "more or less" };
  },
});
