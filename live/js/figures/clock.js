"use strict";
// The clock of a rare event: its ticks over a time that one chooses, and how many fall into a window.
{
  const DAY = 86_400;
  // What one may watch: seconds, and the unit and ticks of the axis.
  const WATCHES = {
    second: { words: "a second", seconds: 1, unit: 1e-3, name: "ms", ticks: [0, 250, 500, 750, 1000] },
    minute: { words: "a minute", seconds: 60, unit: 1, name: "s", ticks: [0, 15, 30, 45, 60] },
    ten: { words: "ten minutes", seconds: 600, unit: 60, name: "min", ticks: [0, 2, 4, 6, 8, 10] },
    hour: { words: "an hour", seconds: 3600, unit: 60, name: "min", ticks: [0, 15, 30, 45, 60] },
    day: { words: "a day", seconds: DAY, unit: 3600, name: "h", ticks: [0, 6, 12, 18, 24] },
    month: { words: "thirty days", seconds: 30 * DAY, unit: DAY, name: "days", ticks: [0, 10, 20, 30] },
    year: { words: "a year", seconds: 365 * DAY, unit: DAY, name: "days", ticks: [0, 100, 200, 300, 365] },
    decade: { words: "ten years", seconds: 3650 * DAY, unit: 365 * DAY, name: "years", ticks: [0, 2, 4, 6, 8, 10] },
  };
  const MOST = 1500;            // bursts that can be told apart in a row
  const DUE = 6, WINDOWS = 1000, COUNTS = 31;
  const ROOM = DUE * WINDOWS + 1000;
  const HALF = 0.36;            // of the height of a tick
  const APART = 0.0037;         // of the row, between the ticks of a burst, which come at once

  const bursty = ({ burst }) => burst > 1;

  /** Where the ticks of a burst are drawn: side by side, or they would be one. */
  const spread = (times, sizes, bursts, width) => {
    const places = [];
    for (let i = 0; i < bursts; i++) {
      for (let k = 0; k < Number(sizes[i]); k++) places.push(times[i] + k * APART * width);
    }
    return places;
  };

  const ticksOf = (chart, key, row, times, { seconds, unit }, role) => {
    const xs = times.map((time) => time / unit).filter((x) => x <= seconds / unit);
    chart.bars(key, xs, xs.map(() => row + HALF), { width: (0.0022 * seconds) / unit, base: row - HALF, role });
  };

  Live.figure("clock", {
    title: "The clock of a rare event",
    columns: 1,
    controls: {
      odds: { label: "One request in", log: true, min: 10, max: 1e12, value: 1e6 },
      traffic: { label: "Requests per second", log: true, min: 1, max: 1e7, value: 1e5 },
      watch: { label: "Watch for", choices: Object.entries(WATCHES).map(([key, { words }]) => [key, words]), select: true, value: "ten" },
      burst: { label: "Mean size of a burst", values: [1, 2, 4, 8, 16], value: 8 },
      again: { label: "Another time", button: true },
    },
    charts: {
      strip: {
        x: { label: "time", domain: [0, 10] },
        y: { label: "", domain: [-2.6, 0.6], ticks: [[0, "even"], [-1, "independent"], [-2, "in bursts"]] },
        height: 170,
      },
      counts: {
        x: { label: "ticks in a window that is due six", domain: [-0.5, COUNTS - 0.5] },
        y: { label: "share of windows", domain: [0, 0.3], show: (v) => Live.percent(v) },
        height: 190,
      },
    },
    outputs: {
      gap: { label: "one every", show: Live.duration },
      second: { label: "chance of one in a second", show: (v) => Live.percent(v, 3) },
      longest: { label: "longest quiet, independent", show: (v) => (Number.isNaN(v) ? "too short to see" : Live.duration(v)) },
      dispersion: { label: "dispersion of the bursts", role: "simulation" },
      clean: { label: "clean requests that bound it", show: (v) => Live.count(Math.ceil(v)) },
    },
    setup: () => ({
      ticks: new Float64Array(2 * MOST), bursts: new BigInt64Array(2 * MOST),
      times: new Float64Array(ROOM), sizes: new BigInt64Array(ROOM), windows: new BigInt64Array(WINDOWS),
      shares: new Float64Array(COUNTS), law: new Float64Array(COUNTS),
      edges: Float64Array.from({ length: COUNTS + 1 }, (_, i) => i - 0.5), numbers: Float64Array.from({ length: COUNTS }, (_, i) => i),
    }),
    draw({ values, kernels, charts, output, say, scratch }) {
      const { odds, traffic, burst, again } = values;
      const watch = WATCHES[values.watch];
      const rate = (1 / odds) * traffic, due = rate * watch.seconds;
      const { ticks, bursts, times, sizes, windows, shares, law, edges, numbers } = scratch;
      const crowded = due > MOST;

      Object.assign(charts.strip.axis.x, { label: `time [${watch.name}]`, ticks: watch.ticks, domain: [0, watch.seconds / watch.unit] });
      const rows = [[-1, "independent", 1, 7 + again, "ink"], [-2, "bursts", burst, 6 + again, "simulation"]];
      let longest = NaN;
      for (const [row, key, size, seed, role] of rows) {
        if (crowded) continue;
        const [count, , quiet] = kernels.clock_ticks(seed, rate, watch.seconds, size, ticks, bursts);
        if (key === "independent") longest = count > 0 ? quiet : { value: quiet, text: "nothing came" };
        ticksOf(charts.strip, key, row, spread(ticks, bursts, count, watch.seconds), watch, role);
      }
      if (crowded) {
        charts.strip.text("crowded", watch.seconds / watch.unit / 2, -1, `${Live.count(due)} ticks: too many to tell apart. Watch for less.`, { anchor: "middle", role: "muted" });
      } else {
        const gap = 1 / rate, even = [];
        for (let time = gap / 2; time < watch.seconds; time += gap) even.push(time);
        ticksOf(charts.strip, "even", 0, even, watch, "muted");
        if (even.length === 0) charts.strip.text("none", watch.seconds / watch.unit / 2, 0, "none due", { anchor: "middle", role: "muted" });
      }

      let most = 0.2;
      for (const [key, size, role, at] of [["independent", 1, "ink", 7], ["bursts", burst, "simulation", 16]]) {
        if (key === "bursts" && !bursty(values)) continue;
        const index = kernels.clock_counts(5 + again, rate, size, DUE / rate, times, sizes, windows, shares, law);
        charts.counts.steps(key, edges, shares, { role, label: key === "bursts" ? `in bursts of ${burst}` : "independent", at });
        charts.counts.circle(`${key} law`, numbers, law, { role, name: `${key}, theory` });
        output.dispersion = index;
        most = Math.max(most, shares[0], law[0]);
      }

      charts.counts.domain({ y: [0, [0.3, 0.5, 0.75, 1].find((end) => end > most) ?? 1] });

      const [second, clean] = kernels.clock_facts(1 / odds, rate);
      Object.assign(output, { gap: 1 / rate, second, longest, clean });
      say(`One in ${Live.count(odds)} at ${Live.count(traffic)} requests a second is one every ${Live.duration(1 / rate)}; `
        + `the chance of one in a given second is ${Live.percent(second, 3)}. ${Live.count(clean)} clean requests bound it.`);
    },
  });
}
