"use strict";
// The front page: a model, a simulation that runs now, and a recorded PostgreSQL, as clients are added.
{
  const CLIENTS = [1, 2, 3, 4, 6, 8, 12, 16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 512];
  const REQUESTS = 20_000, TRIALS = 50;
  const axes = (label, domain, ticks) => ({
    x: { label: "clients", domain: [0.85, 620], log: true, ticks: [1, 4, 16, 64, 256] },
    y: { label, domain, log: true, ticks },
    height: 300,
  });
  const median = (values) => {
    const sorted = [...values].sort((a, b) => a - b), middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  };

  Live.figure("landing", {
    title: "A database under more and more clients: model, simulation, measurement",
    columns: 2,
    play: "clients",
    controls: { clients: { label: "Clients", values: CLIENTS, value: 512, play: 5 } },
    charts: {
      throughput: axes("throughput [1/s]", [60, 15_000], [100, 1000, 10_000]),
      response: axes("response time [ms]", [0.1, 100], [0.1, 1, 10, 100]),
    },
    outputs: {
      model: { label: "response time, model", unit: "ms" },
      simulation: { label: "simulated just now", unit: "ms", role: "simulation" },
      measurement: { label: "PostgreSQL, recorded", unit: "ms", role: "measurement" },
    },
    setup: ({ kernels }) => {
      const clients = BigInt64Array.from([...Array(512).keys()].map((i) => i + 1).filter((n) => n < 40 || n % 8 === 0 || CLIENTS.includes(n)), BigInt);
      const model = [new Float64Array(clients.length), new Float64Array(clients.length)];
      kernels.landing_model(clients, ...model);
      const trials = [0, 1, 2].map(() => new Float64Array(TRIALS));
      if (kernels.landing_trials(...trials) !== TRIALS) throw new Error("the recording has another number of trials");
      return { clients, model, trials, runs: new Map(), work: Live.shape(new Float64Array(3 * (REQUESTS / 10 + 512)), 3, REQUESTS / 10 + 512) };
    },
    draw({ values, kernels, charts, output, say, scratch }) {
      const { clients, model, trials, runs, work } = scratch;
      if (!runs.has(values.clients)) {
        const [rate, rateWidth, response, responseWidth] = kernels.landing_run(values.clients, REQUESTS, work);
        runs.set(values.clients, { throughput: [rate, rateWidth], response: [response, responseWidth] });
      }
      const done = [...runs.keys()].sort((a, b) => a - b);
      ["throughput", "response"].forEach((name, i) => {
        const chart = charts[name];
        const points = (one) => {
          const found = one.map((n) => runs.get(n)[name]);
          return [one, found.map(([mean]) => mean), { low: found.map(([mean, width]) => mean - width), high: found.map(([mean, width]) => mean + width) }];
        };
        chart.cross("measured", trials[0], trials[i + 1], { label: i ? undefined : "PostgreSQL", name: "PostgreSQL", at: 8 });
        chart.line("model", clients, model[i], { label: i ? undefined : "model", name: "model", at: 12 });
        chart.points("simulated", ...points(done), { label: i ? undefined : "simulation", name: "simulation", at: 91 });
        chart.rule("here", { x: values.clients }, { role: "hairline" });
      });
      const place = clients.indexOf(BigInt(values.clients));
      output.model = model[1][place];
      output.simulation = runs.get(values.clients).response[0];
      const recorded = median([...trials[2]].filter((_, i) => trials[0][i] === values.clients));
      output.measurement = { value: recorded, note: recorded >= 0 ? "" : "(not at this number)" };
      const measured = output.measurement >= 0 ? `, PostgreSQL ${Live.digits(output.measurement, 3)} ms` : "";
      say(`${values.clients === 1 ? "1 client" : `${values.clients} clients`}: model ${Live.digits(output.model, 3)} ms, simulation ${Live.digits(output.simulation, 3)} ms${measured}.`);
    },
  });
}
