"use strict";
// The power of choices: servers whose queues fill and drain, and the share of them that holds so many requests.
{
  const REQUESTS = 50_000, FRAMES = 360, FEWEST = 1000, LEVELS = 13, MANY = 5, MOST = 500, SEED = 5;
  const NAMES = { 1: "dice", 2: "two looks", 3: "three looks", 5: "five looks", all: "shortest of all" };
  const LOWEST = 1e-4, BELOW = 1e-30;   // the foot of the axis; what is drawn for a share of nought

  // Slow at first, when the queues fill.
  const moments = Array.from({ length: FRAMES + 1 }, (_, i) => Math.round(REQUESTS * (i / FRAMES) ** 2)).filter((value, i, all) => value !== all[i - 1]);

  const top = (longest) => [20, 30, 40, 60, 80, 100, 150, 200].find((end) => end >= longest) ?? longest;
  const share = (v) => (v >= LOWEST || v === 0 || !(v >= 0) ? Live.percent(v, 2) : `${Live.digits(v, 1)}`);

  // A share of nought is below the axis: one point of the line shows where it falls.
  const drawn = (tails) => tails.map((tail, k) => (tail > 0 ? tail : tails[k - 1] > 0 ? BELOW : NaN));

  // Times over which an empty start is forgotten; a run of fewer has not settled.
  const SETTLED = 4;
  const settling = (choices, load) => (choices === "1" ? (1 - Math.sqrt(load)) ** -2 : 1 / ((1 - load) * Math.log(choices === "all" ? MOST : choices)));

  // Of the longest queues, the one nearest to the middle: there is room for its label.
  const longest = (now) => {
    const off = (i) => Math.abs(i - now.length / 2);
    return now.reduce((best, length, i) => (length > now[best] || (length === now[best] && off(i) < off(best)) ? i : best), 0);
  };

  const film = ({ choices, load, servers, again }, kernels, scratch) => {
    const setting = `${choices} ${load} ${servers} ${again}`;
    if (scratch.setting === setting) return;
    scratch.setting = null;
    scratch.film = Live.shape(scratch.frames.subarray(0, moments.length * servers), moments.length, servers);
    kernels.choices_film(choices === "all" ? 0 : Number(choices), load, SEED + again, scratch.moments, scratch.film, scratch.times, scratch.shares, scratch.responses);
    scratch.top = top(scratch.film.reduce((most, length) => Math.max(most, length), 0));
    scratch.setting = setting;
  };

  const sentence = ({ choices, load, servers, requests }, { theory, mean, longest: most }, time) => {
    const place = `${servers} servers, ${Live.percent(load)} full, ${NAMES[choices]}`;
    if (!(mean >= 0)) return `${place}: after ${Live.count(requests)} requests the longest queue is ${most}.`;
    return `${place}: mean response ${Live.digits(theory)} service times in theory, ${Live.digits(mean)} simulated; after ${Live.digits(time)} service times the longest queue is ${most}.`;
  };

  Live.figure("choices", {
    title: "Queues of many servers, by how many of them each request looks at",
    columns: 2,
    play: "requests",
    controls: {
      choices: { label: "Servers that a request looks at", choices: [["1", "1: dice"], ["2", "2"], ["3", "3"], ["5", "5"], ["all", "all"]], value: "2" },
      load: { label: "Load", min: 0.5, max: 0.99, step: 0.01, value: 0.9, show: (v) => Live.percent(v) },
      servers: { label: "Servers", min: 10, max: MOST, step: 10, value: 100 },
      requests: { label: "Requests so far", values: moments, value: REQUESTS, show: Live.count, play: 8 },
      again: { label: "Again, with other luck", button: true, replay: "requests" },
    },
    charts: {
      queues: { x: { label: "server", count: 3 }, y: { label: "requests at each server" }, height: 270 },
      shares: {
        x: { label: "at least so many requests at a server", domain: [0, 12], ticks: [0, 2, 4, 6, 8, 10, 12] },
        y: { label: "share of servers", domain: [LOWEST, 1], log: true, show: share },
        height: 270,
      },
    },
    outputs: {
      theory: { label: "mean response, theory of many", unit: "service times" },
      mean: { label: "simulated mean", unit: "service times", role: "simulation" },
      many: { label: `${MANY} or more, theory of many`, unit: "of servers", show: share },
      share: { label: `${MANY} or more, simulated`, unit: "of servers", role: "simulation", show: share },
      longest: { label: "longest queue now", unit: "requests", role: "simulation", show: String },
    },
    setup: () => ({
      setting: null,
      moments: Int32Array.from(moments),
      frames: new Int32Array(moments.length * MOST),
      times: new Float64Array(moments.length),
      shares: Live.shape(new Float64Array(moments.length * LEVELS), moments.length, LEVELS),
      responses: new Float64Array(REQUESTS),
      levels: Float64Array.from({ length: LEVELS }, (_, k) => k),
      middles: Float64Array.from({ length: MOST }, (_, i) => i + 0.5),
      tails: new Float64Array(LEVELS),
      dice: new Float64Array(LEVELS),
    }),
    draw({ values, kernels, charts: { queues, shares }, output, say, scratch }) {
      const { choices, load, servers, requests } = values;
      const { levels, middles, tails, dice } = scratch;
      film(values, kernels, scratch);
      const frame = moments.indexOf(requests);
      const now = scratch.film.subarray(frame * servers, (frame + 1) * servers);
      const found = scratch.shares.subarray(frame * LEVELS, (frame + 1) * LEVELS);
      const most = longest(now), time = scratch.times[frame];

      queues.domain({ x: [0, servers], y: [0, scratch.top] });
      queues.bars("queues", middles.subarray(0, servers), now, { name: "requests", width: 1 });
      if (now[most] > 0) queues.text("longest", middles[most], now[most], `longest ${now[most]}`, { anchor: "middle", dy: -5, role: "simulation" });

      const theory = kernels.choices_theory(choices === "all" ? 0 : Number(choices), load, tails);
      if (choices !== "1") {
        kernels.choices_theory(1, load, dice);
        shares.line("dice", levels, dice, { role: "muted", thin: true, label: "dice", at: 9 });
      }
      shares.line("theory", levels, drawn(tails), { label: choices === "all" ? "" : NAMES[choices], name: "theory" });
      if (choices === "all") shares.text("all", 1.3, 0.01, NAMES.all, { role: "ink" });
      shares.points("simulation", levels.subarray(1), found.subarray(1), { name: "simulated" });

      Object.assign(output, { theory, longest: now[most], many: tails[MANY], share: found[MANY] });
      const mean = requests < FEWEST ? NaN : kernels.choices_mean(scratch.responses.subarray(0, requests));
      output.mean = { value: mean, note: time < SETTLED * settling(choices, load) ? "(still filling)" : "" };
      say(sentence(values, output, time));
    },
  });
}
