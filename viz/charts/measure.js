/* Widths of text where there is no canvas: ECharts' own table knows ASCII alone and takes an accent
   or a narrow space for a full square. Widths of Helvetica and its likes, in parts of the size. */
(function (root) {
  "use strict";
  const widths = [
    ["\u202f\u2009", 0.2], ["ijl'|\u2019", 0.222], [" \u00a0.,:;!/\\ftI[]", 0.278], ["r()-", 0.333],
    ["cksvxyzJ*\u00ab\u00bb", 0.5], ["abdeghnopqu0123456789_$?L\u20ac\u2013", 0.556], ["+<=>~\u2212", 0.584],
    ["FTZ", 0.611], ["ABEKPSVXY&", 0.667], ["CDHNRUw", 0.722], ["GOQ", 0.778], ["mM", 0.833],
    ["%", 0.889], ["W\u2014\u2026\u2192", 0.98],
  ];
  const known = new Map();
  widths.forEach(function (pair) { Array.from(pair[0]).forEach(function (c) { known.set(c, pair[1]); }); });

  function measure(text, font) {
    const size = parseFloat((/([\d.]+)px/.exec(font || "") || [0, 12])[1]);
    const bold = /bold|[6-9]00/.test(font || "") ? 1.07 : 1.0;
    let total = 0;
    Array.from(String(text).normalize("NFD")).forEach(function (c) {
      if (/[\u0300-\u036f]/.test(c)) return;
      total += known.has(c) ? known.get(c) : 0.6;
    });
    return { width: total * size * bold };
  }

  root.ancrageMeasure = measure;
})(typeof globalThis !== "undefined" ? globalThis : this);
