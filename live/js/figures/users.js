"use strict";
// Users per day and their clocks: the load of a day, the local days that it is made of, and what chance adds to a second.
{
  const PLACES = ["city", "europe", "americas", "asia", "world"];
  const WHERE = { city: "in London", europe: "in Europe", americas: "in the Americas", asia: "in Asia", world: "all over the world" };
  // The local days beside the sum; their clocks are the kernel's.
  const CITIES = {
    city: [],
    europe: [["London", "measurement"], ["Berlin", "third"], ["Moscow", "fourth"]],
    americas: [["New York", "fourth"], ["Los Angeles", "measurement"], ["São Paulo", "third"]],
    asia: [["Tokyo", "third"], ["Shanghai", "measurement"], ["Mumbai", "fourth"]],
    world: [["Tokyo", "third"], ["London", "measurement"], ["New York", "fourth"]],
  };
  const SUMS = { city: "London", europe: "all of Europe", americas: "all of the Americas", asia: "all of Asia", world: "all cities together" };
  const POINTS = 145, COARSE = 49;   // every ten minutes, every half hour
  const FLAT = 1.0005;        // a day that peaks at less than this has no hour of its peak
  const VISIBLE = 5e4;        // above this load, what chance does is thinner than the line
  const WIDE = 0.2;           // of the plot: a band that has room for its name

  const day = (n) => Float64Array.from({ length: n }, (_, i) => (24 * i) / (n - 1));
  const amount = (v) => (v >= 1e6 ? Live.count(v) : Live.digits(v));
  const clock = (hour) => {
    const minutes = Math.round(60 * hour) % 1440;
    return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
  };

  // Of the day that is being written to the read-outs.
  let flat = false, mean = NaN;
  const above = (worst) => (worst < 10 * mean ? `+${Live.percent(worst / mean - 1, 2)}` : `×${Live.short(worst / mean, 2)}`);

  const crest = (ys) => ys.reduce((best, y, i) => (y > ys[best] ? i : best), 0);

  const sentence = ({ users, requests, place }, { average, factor, hour, peak, worst }) => {
    const many = `${Live.count(users)} users ${WHERE[place]}, ${requests === 1 ? "one request" : `${Live.short(requests)} requests`} a day each`;
    const when = flat ? "at every hour" : `on average, ${amount(peak)} at ${clock(hour)} UTC, ${Live.digits(factor)} times as many`;
    return `${many}: ${amount(average)} requests per second ${when}, and ${amount(worst)} in the worst second of an hour like that.`;
  };

  Live.figure("users", {
    title: "The day of a product, by how many use it and where they live",
    controls: {
      users: { label: "Users a day", log: true, min: 1e3, max: 1e9, value: 1e7 },
      requests: { label: "Requests of a user in a day", log: true, min: 1, max: 1000, value: 10 },
      factor: { label: "A city’s peak ÷ average", min: 1, max: 10, step: 0.1, value: 3, show: (v) => Live.decimals(v, 1) },
      place: {
        label: "Where the users live",
        choices: [["city", "one city"], ["europe", "Europe"], ["americas", "the Americas"], ["asia", "Asia"], ["world", "the world"]],
        value: "world",
      },
    },
    charts: {
      day: {
        x: { label: "hour of the day [UTC]", domain: [0, 24], ticks: [0, 6, 12, 18, 24] },
        y: { label: "load [requests/s]", show: (v) => (v >= 1e6 ? Live.count(v) : Live.short(v, 6)) },
        height: 280,
      },
    },
    outputs: {
      average: { label: "average", unit: "requests/s", show: amount },
      peak: { label: "peak", unit: "requests/s", show: amount },
      factor: { label: "peak ÷ average" },
      hour: { label: "busiest", unit: "UTC", show: (v) => (flat ? "at no hour" : `at ${clock(v)}`) },
      worst: { label: "worst second", role: "simulation", show: (v) => `${amount(v)} (${above(v)})` },
      million: { label: "peak per million users", unit: "requests/s" },
    },
    setup: () => ({
      hours: day(POINTS), load: new Float64Array(POINTS),
      coarse: day(COARSE), sample: new Float64Array(COARSE), low: new Float64Array(COARSE), high: new Float64Array(COARSE),
      cities: Live.shape(new Float64Array(3 * POINTS), 3, POINTS),
    }),
    draw({ values, kernels, charts, output, say, scratch }) {
      const { hours, load, coarse, sample, low, high, cities } = scratch;
      const { users, requests, factor, place } = values;
      const [average, mixed, hour, peak, worst, million] = kernels.users_day(users, requests, factor, PLACES.indexOf(place), hours, load, cities);
      [flat, mean] = [mixed < FLAT, peak];
      Object.assign(output, { average, peak, factor: mixed, hour, worst, million });

      const chart = charts.day;
      if (factor > 1) CITIES[place].forEach(([city, role], i) => {
        const ys = cities.subarray(i * POINTS, (i + 1) * POINTS);
        chart.line(city, hours, ys, { role, thin: true, label: city, at: hours[crest(ys)] });
      });
      let top = Math.max(average * factor, worst);
      if (peak <= VISIBLE) {
        sample.forEach((_, i) => { sample[i] = load[(i * (POINTS - 1)) / (COARSE - 1)]; });
        kernels.users_chance(sample, low, high);
        const widest = crest(high);
        top = Math.max(top, high[widest]);
        const name = "999 of 1,000 seconds";
        chart.band("chance", coarse, low, high, high[widest] - low[widest] > WIDE * top ? { label: name } : { name });
      }
      chart.line("sum", hours, load, { thick: true, label: SUMS[place] });
      chart.rule("average", { y: average }, { dashed: true, role: "hairline", label: "average" });
      chart.circle("worst", hour, worst, { role: "simulation", label: "worst second" });
      chart.domain({ y: [0, 1.15 * top] });
      say(sentence(values, output));
    },
  });
}
