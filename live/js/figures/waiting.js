"use strict";
// Staffing and waiting: theory along the utilization, and a simulated run at the setting. Times are in mean service times.
{
  const ARRIVALS = ["constant", "poisson", "bursty"];
  const SERVICES = ["0", "0.5", "1", "4", "16"];
  const SCV = { constant: 0, poisson: 1, bursty: 4 };
  const SHORTEST = 0.01, LONGEST = 3000, RAREST = 0.001;
  const CUSTOMERS = 100_000;
  const POINTS = 48;

  const grid = (n, at) => Float64Array.from({ length: n }, (_, i) => at(i / (n - 1)));
  const setting = ({ servers, utilization, arrivals, service }) => [servers, utilization, ARRIVALS.indexOf(arrivals), SERVICES.indexOf(service)];
  const exactly = ({ arrivals, service }) => arrivals === "poisson" && service === "1";
  const exactMean = ({ servers, arrivals, service }) => exactly({ arrivals, service }) || (servers === 1 && arrivals === "poisson");
  const between = ([low, high]) => (low <= high ? `${Live.digits(low)} to ${Live.digits(high)}` : "no interval yet");

  // A run forgets its empty start over (ca2 + cs2) / (1 - utilization)^2 customers; some hundred times that are many.
  const settled = ({ utilization, arrivals, service }, customers) => customers * (1 - utilization) ** 2 > 150 * (SCV[arrivals] + Number(service));

  // The interval behind the mean that is being written to its read-out.
  let interval = [NaN, NaN];

  const simulated = ({ results, times, tails, customers, values, charts, output }) => {
    const [mean, low, high, p99, low99, high99, waited] = results;
    const { utilization } = values;
    const ends = (low, high) => (high > 0 ? { low, high } : {});   // a logarithmic axis has no place for 0
    charts.wait.points("simulation", utilization, mean, { ...ends(low, high), name: "mean, simulated" });
    charts.wait.points("simulation99", utilization, p99, { ...ends(low99, high99), name: "99th percentile, simulated" });
    charts.law.points("simulation", times, tails, { label: `${Live.count(customers)} simulated`, at: 100 });
    if (mean < SHORTEST) charts.wait.text("below", utilization, SHORTEST, mean > 0 ? "simulated mean: below" : "nobody waited", { anchor: utilization < 0.5 ? "start" : "end", dy: -4, role: "simulation" });
    interval = [low, high];
    Object.assign(output, { mean: { value: mean, note: settled(values, customers) || !(mean > 0) ? "" : "a short run for this load: it started empty" }, p99, waited });
  };

  const found = (output, customers) => {
    if (output.mean === 0) return `nobody of ${Live.count(customers)} simulated customers waited`;
    const part = `${Live.digits(output.mean)} simulated with ${Live.count(customers)} customers`;
    return interval[0] <= interval[1] ? `${part}, ${between(interval)}` : `${part}, too few for an interval`;
  };

  const sentence = ({ servers, utilization }, output, customers) => {
    const place = `${servers === 1 ? "One server" : `${servers} servers`}, ${Live.percent(utilization)} busy`;
    if (output.theory === 0) return `${place}: nobody waits.`;
    return `${place}: mean wait ${Live.digits(output.theory)} service times by theory, ${found(output, customers)}; one in a hundred waits longer than ${Live.digits(output.p99)}; ${Live.percent(output.waited, 2)} wait.`;
  };

  Live.figure("waiting", {
    title: "Waiting for one of several servers",
    columns: 2,
    controls: {
      servers: { label: "Servers", values: [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100], value: 10 },
      utilization: { label: "Utilization", min: 0.1, max: 0.98, step: 0.01, value: 0.9, show: (v) => Live.percent(v) },
      arrivals: { label: "Arrivals", choices: [["constant", "even"], ["poisson", "Poisson"], ["bursty", "bursty"]], value: "poisson" },
      service: { label: "Variation of service times", choices: [["0", "0"], ["0.5", "½"], ["1", "1"], ["4", "4"], ["16", "16"]], value: "1" },
      go: { label: "Simulate ten million", button: true },
    },
    charts: {
      wait: {
        x: { label: "utilization", domain: [0, 1], show: (v) => Live.percent(v) },
        y: { label: "wait [service times]", domain: [SHORTEST, LONGEST], log: true },
        height: 270,
        pick: ({ x }) => ({ utilization: x }),
      },
      law: {
        x: { label: "time [service times]", domain: [SHORTEST, LONGEST], log: true },
        y: { label: "part that waits longer", domain: [RAREST, 1], log: true, show: (v) => Live.percent(v) },
        height: 270,
      },
    },
    outputs: {
      theory: { label: "mean wait, theory", unit: "service times" },
      mean: { label: "simulated", role: "simulation", show: (v) => `${Live.digits(v)} (${v > 0 ? between(interval) : "nobody waited"})` },
      theory99: { label: "99th percentile, theory" },
      p99: { label: "simulated", role: "simulation" },
      waited: { label: "wait at all", role: "simulation", show: (v) => Live.percent(v) },
    },
    setup: () => ({
      loads: grid(100, (part) => 0.02 + 0.97 * part),
      means: new Float64Array(100), quantiles: new Float64Array(100), alone: new Float64Array(100),
      moments: grid(120, (part) => SHORTEST * (LONGEST / SHORTEST) ** part), law: new Float64Array(120),
      times: new Float64Array(POINTS), tails: new Float64Array(POINTS),
    }),
    draw({ values, kernels, charts, output, say, scratch }) {
      const { loads, means, quantiles, alone, moments, law, times, tails } = scratch;
      const [servers, utilization, arrivals, service] = setting(values);
      const mark = exactly(values) ? "exact" : "approximation";
      const dashed = !exactly(values);

      kernels.waiting_curves(servers, arrivals, service, loads, means, quantiles);
      if (servers > 1) {
        kernels.waiting_curves(1, arrivals, service, loads, alone, law.subarray(0, 100));
        charts.wait.line("alone", loads, alone, { role: "muted", thin: true, label: "mean at one", name: "mean at one server", at: 0.7 });
      }
      charts.wait.line("mean", loads, means, { dashed: !exactMean(values), label: `mean, ${exactMean(values) ? "exact" : "approx."}`, at: 0.6 });
      charts.wait.line("quantile", loads, quantiles, { dashed, label: "1 in 100", name: `99th percentile, ${mark}`, at: 0.5 });

      [output.theory, output.theory99] = kernels.waiting_theory(servers, utilization, arrivals, service);
      if (servers > 1 && output.theory > 0) {
        const stretch = (SCV[values.arrivals] + Number(values.service)) / 2;
        const same = output.theory / (output.theory + stretch);   // where one server makes people wait as long
        charts.wait.line("same", [same, utilization], [output.theory, output.theory], { role: "muted", thin: true, dashed: true, label: `as one at ${Math.round(100 * same)}%`, at: same, probe: false });
      }

      kernels.waiting_law(servers, utilization, arrivals, service, moments, law);
      charts.law.line("law", moments, law, { dashed, label: mark, at: 2 });
      charts.law.rule("hundredth", { y: 0.01 }, { dashed: true, role: "hairline", label: "1 in 100" });

      const results = kernels.waiting_run(servers, utilization, arrivals, service, CUSTOMERS, times, tails);
      simulated({ results, times, tails, customers: CUSTOMERS, values, charts, output });
      say(sentence(values, output, CUSTOMERS));
    },
    long: {
      button: "go",
      kernel: "waiting_longer",
      arguments: (values) => [...setting(values), Live.chunk, new Float64Array(POINTS), new Float64Array(POINTS)],
      chunks: 6,
      show({ values, arguments: given, results: [customers, ...results], charts, output, say }) {
        const [times, tails] = given.slice(-2);
        simulated({ results, times, tails, customers, values, charts, output });
        say(sentence(values, output, customers));
      },
    },
  });
}
