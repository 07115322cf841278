"use strict";
// How numbers are written: 1,000; 1.2 million; 12%; 3 ms; 10⁶. The reader's locale is not used: the book has one language.
globalThis.Live ??= {};

{
  const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  const LARGE = [[1e12, "trillion"], [1e9, "billion"], [1e6, "million"]];
  const YEAR = 365.25 * 86400;
  const UNITS = [[1e-9, "ns"], [1e-6, "µs"], [1e-3, "ms"], [1, "s"], [60, "min"], [3600, "h"], [86400, "days"], [YEAR, "years"]];
  const FROM = [0, 1e-6, 1e-3, 1, 100, 3600, 48 * 3600, 2 * YEAR];   // a unit is used from here on

  const special = (value) => (Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞");
  // Formatters are slow to make, and a redraw writes dozens of numbers.
  const formatters = new Map();
  const fixed = (value, least, most) => {
    const key = 128 * least + most;
    if (!formatters.has(key)) formatters.set(key, new Intl.NumberFormat("en-US", { minimumFractionDigits: least, maximumFractionDigits: most }));
    return formatters.get(key).format(value).replace("-", "−");
  };
  const decimals = (value, n) => Math.max(0, n - 1 - Math.floor(Math.log10(Math.abs(value))));

  /** From `least` to `most` decimals, with commas. */
  Live.decimals = (value, least, most = least) => (Number.isFinite(value) ? fixed(value, least, most) : special(value));

  /** 10 to an integer: 10⁶. */
  Live.powerOfTen = (exponent) => "10" + [...String(exponent)].map((letter) => RAISED[letter]).join("");

  /** `n` significant digits: 1.25, 12,300, 1.2 × 10⁻⁷. */
  Live.digits = (value, n = 3) => {
    if (!Number.isFinite(value)) return special(value);
    if (value === 0) return "0";
    const rounded = Number(value.toPrecision(n));
    const size = Math.abs(rounded);
    if (size >= 1e-4 && size < 1e15) return fixed(rounded, Math.min(100, decimals(rounded, n)), Math.min(100, decimals(rounded, n)));
    const [mantissa, exponent] = rounded.toExponential(n - 1).split("e");
    return `${mantissa.replace("-", "−")} × ${Live.powerOfTen(Number(exponent))}`;
  };

  /** As few digits as say it, at most `n`: 2.5 and not 2.50. */
  Live.short = (value, n = 3) => {
    if (!Number.isFinite(value)) return special(value);
    const rounded = Number(value.toPrecision(n));
    const size = Math.abs(rounded);
    return size === 0 || (size >= 1e-4 && size < 1e15) ? fixed(rounded, 0, 12) : Live.digits(value, n);
  };

  /** How many: 1,000; 1.2 million; 3 billion. */
  Live.count = (value) => {
    if (!Number.isFinite(value)) return special(value);
    if (Math.abs(Math.round(value)) < 1e6) return fixed(Math.round(value), 0, 0);
    const [unit, name] = LARGE.find(([least]) => Number(Math.abs(value).toPrecision(3)) >= least);
    return `${Live.short(value / unit)} ${name}`;
  };

  /** A share of one: 0.9 is 90%. */
  Live.percent = (value, n = 3) => {
    if (!Number.isFinite(value)) return special(value);
    return `${Live.short(100 * value, value > 0.9 && value < 1 ? Math.max(n, 4) : n)}%`;
  };

  /** A time in seconds: 3 ms, 2.4 h, 11 days. */
  Live.duration = (seconds, n = 2) => {
    if (!Number.isFinite(seconds)) return special(seconds);
    if (seconds === 0) return "0 s";
    const size = Math.abs(seconds);
    const [unit, name] = UNITS[FROM.findLastIndex((least) => size >= least)];
    const value = seconds / unit;
    const text = Live.short(value, Math.abs(value) >= 100 && Math.abs(value) < 1000 ? Math.max(n, 3) : n);
    return `${text} ${text === "1" ? name.replace(/s$/, (end) => (name.length > 2 ? "" : end)) : name}`;
  };
}
