/* What the browser and the reports share: formatters of numbers, the option made ready, line heights.
   Marks: "@number:decimals", "@number:decimals:signed", "@percent:decimals", "@year". */
(function (root) {
  "use strict";
  const MINUS = "\u2212";

  function number(value, decimals, language, signed) {
    if (value === null || value === undefined || value === "-" || !isFinite(value)) return "–";
    const fixed = Math.abs(Number(value)).toFixed(decimals);
    const parts = fixed.split(".");
    const gap = language === "fr" ? "\u202f" : ",";
    const whole = parts[0].replace(/\B(?=(\d{3})+(?!\d))/g, gap);
    const written = parts.length > 1 ? whole + (language === "fr" ? "," : ".") + parts[1] : whole;
    const isZero = !/[1-9]/.test(written);
    if (value < 0 && !isZero) return MINUS + written;
    return (signed && !isZero ? "+" : "") + written;
  }

  function formatter(mark, language) {
    const parts = mark.split(":");
    const decimals = parts.length > 1 ? Number(parts[1]) : 0;
    const signed = parts[2] === "signed";
    const scalar = function (value) {
      let found = value;
      if (value && typeof value === "object") {
        found = value.value;
        if (Array.isArray(found)) found = found[found.length - 1];
        if (found && typeof found === "object") found = found.value;
      }
      return found;
    };
    if (parts[0] === "@year") return function (v) { return String(Math.round(scalar(v))); };
    if (parts[0] === "@percent") {
      return function (v) { return number(scalar(v) * 100, decimals, language, signed) + "\u00a0%"; };
    }
    return function (v) { return number(scalar(v), decimals, language, signed); };
  }

  function ready(option, language) {
    if (Array.isArray(option)) return option.map(function (o) { return ready(o, language); });
    if (option && typeof option === "object") {
      const made = {};
      for (const key of Object.keys(option)) made[key] = ready(option[key], language);
      return made;
    }
    if (typeof option === "string" && /^@(number|percent|year)\b/.test(option)) return formatter(option, language);
    return option;
  }

  /* ECharts takes the width of this character for the height of a line; where no font has it, lines
     of one label would be drawn one over the other. */
  const SQUARE = "\u56fd";
  const LINE_HEIGHT = 1.15;

  function measurer(measure) {
    return function (text, font) {
      if (text !== SQUARE) return measure(text, font);
      return { width: LINE_HEIGHT * parseFloat((/([\d.]+)px/.exec(font || "") || [0, 12])[1]) };
    };
  }

  function prepare(echarts) {
    const pen = document.createElement("canvas").getContext("2d");
    echarts.setPlatformAPI({
      measureText: measurer(function (text, font) {
        pen.font = font || "12px sans-serif";
        return pen.measureText(text);
      }),
    });
    return echarts;
  }

  root.ancrageChart = { number: number, formatter: formatter, ready: ready, measurer: measurer, prepare: prepare };
})(typeof globalThis !== "undefined" ? globalThis : this);
