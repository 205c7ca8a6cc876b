/* What is wrong with the layout of the page on screen, one sentence each. */
() => {
  const wrong = [];
  const SLACK = 2;
  const page = document.documentElement;
  const name = (e) => {
    const figure = e.closest("[data-figure]");
    const words = (e.textContent || "").trim().replace(/\s+/g, " ").slice(0, 50);
    return (figure ? figure.dataset.figure + " " : "") + e.tagName.toLowerCase() + "." +
      String(e.getAttribute("class") || "") + " “" + words + "”";
  };
  const shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });

  if (page.scrollWidth > page.clientWidth + 1) {
    const wide = [...document.querySelectorAll("body *")].filter((e) => !e.closest("svg"))
      .filter((e) => e.getBoundingClientRect().right > page.clientWidth + 1 && shown(e)).slice(-3).map(name);
    wrong.push("the page scrolls sideways, " + page.scrollWidth + " px: " + wide.join(" | "));
  }

  // what is hidden from sight on purpose, for screen readers, is not cut
  const spoken = (e) => {
    if (e.closest(".an-hidden, .an-skip, [aria-hidden=true]")) return true;
    for (let one = e; one; one = one.parentElement) if (getComputedStyle(one).clipPath === "inset(50%)") return true;
    return false;
  };
  for (const e of document.querySelectorAll(".an-app *")) {
    if (e.closest("svg") || spoken(e) || !e.clientWidth || !shown(e)) continue;
    const style = getComputedStyle(e);
    const cutAcross = /hidden|clip/.test(style.overflowX) && e.scrollWidth > e.clientWidth + SLACK;
    const cutDown = /hidden|clip/.test(style.overflowY) && e.scrollHeight > e.clientHeight + SLACK;
    if (cutAcross || cutDown) wrong.push("cut: " + name(e));
  }

  const overlap = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > SLACK &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > SLACK;

  for (const drawing of document.querySelectorAll(".an-chart svg")) {
    if (!shown(drawing)) continue;
    const frame = drawing.getBoundingClientRect();
    const labels = [...drawing.querySelectorAll("text")].filter((t) => t.textContent.trim() && shown(t))
      .map((t) => ({ node: t, box: t.getBoundingClientRect() })).filter((t) => t.box.width);
    for (const { node, box } of labels) {
      if (box.left < frame.left - SLACK || box.right > frame.right + SLACK ||
          box.top < frame.top - SLACK || box.bottom > frame.bottom + SLACK) wrong.push("beyond its chart: " + name(node));
      if (parseFloat(getComputedStyle(node).fontSize) < 12) wrong.push("too small: " + name(node));
    }
    labels.forEach((a, k) => labels.slice(k + 1).forEach((b) => {
      if (overlap(a.box, b.box)) wrong.push("one over the other: " + name(a.node) + " / " + name(b.node));
    }));
  }

  const words = [];
  const walk = document.createTreeWalker(document.querySelector(".an-app"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode, e = text.parentElement;
    // lists and code scroll in their frames; options are the browser's own
    if (!text.data.trim() || e.closest("svg, option, style, script, .an-table-scroll, pre") || spoken(e) || !shown(e)) continue;
    if (parseFloat(getComputedStyle(e).fontSize) < 14) wrong.push("too small: " + name(e));
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) if (box.width > 1) words.push({ e, box });
  }
  words.sort((a, b) => a.box.top - b.box.top);
  words.forEach((a, k) => {
    for (let other = k + 1; other < words.length && words[other].box.top < a.box.bottom - SLACK; other++) {
      const b = words[other];
      if (a.e !== b.e && overlap(a.box, b.box)) wrong.push("one over the other: " + name(a.e) + " / " + name(b.e));
    }
  });
  return [...new Set(wrong)];
}
