"use strict";
// Fan-out and hedging: the slowest of many calls, asked once or a second time.
{
  const CALLS = [1, 2, 3, 5, 8, 12, 20, 32, 50, 69, 100, 150, 200, 300, 500, 1000];
  const LEAVES = 60_000, MOST = 6000, TRIALS = 25, GRID = 60;
  const HEDGES = [["never", "never"], ["50", "the median"], ["75", "the 75th percentile"], ["90", "the 90th percentile"],
    ["95", "the 95th percentile"], ["98", "the 98th percentile"]];
  const FANS = Float64Array.from([...new Set([...Array.from({ length: 46 }, (_, i) => Math.round(10 ** (i / 15))), ...CALLS, 68])].sort((a, b) => a - b));
  const RAREST = 0.001;
  const column = () => new Float64Array(TRIALS);
  const words = { 50: "median", 95: "95th percentile" };

  Live.figure("tail", {
    title: "The slowest of many calls, asked once or hedged",
    columns: 2,
    controls: {
      calls: { label: "Calls that a request waits for", values: CALLS, value: 100 },
      slow: { label: "A call is slow once in", values: [20, 50, 100, 200, 500, 1000], value: 100 },
      hedge: { label: "Ask again after", choices: HEDGES, select: true, value: "95" },
      quantile: { label: "Percentile of requests", choices: [["50", "median"], ["95", "95th percentile"]], value: "50" },
    },
    charts: {
      request: {
        x: { label: "calls of a request", domain: [0.85, 1200], log: true },
        y: { label: "request [ms]", domain: [0, 300] },
        height: 270,
        pick: ({ x }) => ({ calls: x }),
      },
      law: {
        x: { label: "time [ms]", domain: [0, 300] },
        y: { label: "part that takes longer", domain: [RAREST, 1], log: true, show: (v) => Live.percent(v) },
        height: 270,
      },
    },
    outputs: {
      once: { label: "request, asked once", unit: "ms" },
      hedged: { label: "request, hedged", unit: "ms" },
      late: { label: "slow requests, asked once", show: (v) => Live.percent(v, 2) },
      later: { label: "slow requests, hedged", show: (v) => Live.percent(v, 2) },
      simulated: { label: "slow, simulated", role: "simulation", show: (v) => Live.percent(v, 2) },
      extra: { label: "more calls", show: (v) => Live.percent(v, 2) },
    },
    setup: ({ kernels }) => {
      const trials = [0, 1].map((hedged) => {
        const columns = [column(), column(), column()];
        if (kernels.tail_trials(hedged, ...columns) !== TRIALS) throw new Error("the recording has another number of trials");
        return columns;
      });
      const grid = () => new Float64Array(GRID);
      return {
        trials,
        calls: FANS, once: new Float64Array(FANS.length), twice: new Float64Array(FANS.length),
        here: new Float64Array(1), onceHere: new Float64Array(1), twiceHere: new Float64Array(1),
        times: Float64Array.from({ length: GRID * 4 }, (_, i) => (300 * (i + 1)) / (GRID * 4)), lawOnce: new Float64Array(GRID * 4), lawTwice: new Float64Array(GRID * 4),
        moments: Float64Array.from({ length: GRID }, (_, i) => 5 * (i + 0.5)), simOnce: grid(), simTwice: grid(),
      };
    },
    draw({ values, kernels, charts, output, say, scratch }) {
      const { trials, calls, once, twice, here, onceHere, twiceHere, times, lawOnce, lawTwice, moments, simOnce, simTwice } = scratch;
      const slow = 1 / values.slow, quantile = Number(values.quantile) / 100, hedged = values.hedge !== "never";
      const delay = hedged ? kernels.tail_delay(slow, Number(values.hedge) / 100) : Infinity;

      here[0] = values.calls;
      kernels.tail_quantiles(calls, slow, delay, quantile, once, twice);
      kernels.tail_quantiles(here, slow, delay, quantile, onceHere, twiceHere);
      charts.request.rule("here", { x: values.calls }, { role: "hairline" });
      charts.request.line("once", calls, once, { label: "asked once", at: 20 });
      if (hedged) charts.request.line("twice", calls, twice, { role: "third", label: "hedged", at: 300 });
      charts.request.circle("at once", values.calls, onceHere[0]);
      if (hedged) charts.request.circle("at twice", values.calls, twiceHere[0], { role: "third" });
      if (values.slow === 100) {   // as recorded
        const which = values.quantile === "50" ? 1 : 2;
        charts.request.cross("measured once", trials[0][0], trials[0][which], { name: "measured, asked once" });
        if (values.hedge === "95") charts.request.cross("measured twice", trials[1][0], trials[1][which], { name: "measured, hedged" });
      }

      const requests = Math.min(MOST, Math.floor(LEAVES / values.calls));
      kernels.tail_law(values.calls, slow, delay, times, lawOnce, lawTwice);
      const [, simulated] = kernels.tail_run(values.calls, requests, slow, delay, 10 * values.calls, moments, simOnce, simTwice);
      charts.law.line("once", times, lawOnce, { label: "asked once", at: 150 });
      charts.law.points("sim once", moments, simOnce, { name: "simulated, asked once" });
      if (hedged) {
        charts.law.line("twice", times, lawTwice, { role: "third", label: "hedged", at: 60 });
        charts.law.points("sim twice", moments, simTwice, { name: "simulated, hedged" });
        charts.law.rule("delay", { x: delay }, { dashed: true });
      }

      const [late, later, extra] = kernels.tail_facts(values.calls, slow, delay);
      const told = (value) => (hedged ? value : { value, text: "–" });
      Object.assign(output, { once: onceHere[0], hedged: told(twiceHere[0]), late, later: told(later), simulated, extra });
      const many = values.calls === 1 ? "One call" : `${values.calls} calls`;
      say(`${many}, slow once in ${values.slow}: ${words[values.quantile]} ${Live.digits(onceHere[0])} ms asked once`
        + (hedged ? `, ${Live.digits(twiceHere[0])} ms hedged for ${Live.percent(extra, 2)} more calls; slow requests ${Live.percent(late, 2)} and ${Live.percent(later, 2)}.` : `; slow requests ${Live.percent(late, 2)}.`));
    },
  });
}
