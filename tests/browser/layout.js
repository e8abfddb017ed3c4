/**
 * Measures the boxes of a page; answers what is cut off, torn or overlapped, in words.
 */
() => {
  const SLACK = 1.5;
  const faults = [];
  const width = document.documentElement.clientWidth;
  const name = (element) => `${element.tagName.toLowerCase()}${element.id ? `#${element.id}` : ""}${element.className && typeof element.className === "string" ? `.${element.className.trim().replace(/\s+/g, ".")}` : ""}`;
  const short = (text) => JSON.stringify(text.trim().replace(/\s+/g, " ").slice(0, 40));
  const inside = (rect, box) => rect.left >= box.left - SLACK && rect.right <= box.right + SLACK;

  if (document.scrollingElement.scrollWidth > width) {
    faults.push(`the page is ${document.scrollingElement.scrollWidth} wide, the screen ${width}`);
  }

  /** What people can see of a text: its lines, and none where it is hidden on purpose. */
  function findLines(node, from = 0, to = node.data.length) {
    const range = document.createRange();
    range.setStart(node, from);
    range.setEnd(node, to);
    return [...range.getClientRects()].filter((rect) => rect.width > 0.5 && rect.height > 0.5);
  }

  /** Ask once for each element: a page stands still while it is measured, and most texts share their boxes. */
  function once(find) {
    const found = new Map();
    return (element) => {
      if (!found.has(element)) found.set(element, find(element));
      return found.get(element);
    };
  }

  const isClipped = once((box) =>
    getComputedStyle(box).clipPath === "inset(50%)" || (box.parentElement !== null && isClipped(box.parentElement)));

  /** Hidden, or there for the ear alone, which is a box that everything is clipped from. */
  const isHidden = once((element) =>
    element.closest(".skip, script, style, noscript, svg") !== null
    || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    || isClipped(element));

  const measure = once((element) => element.getBoundingClientRect());

  const cutsOff = once((box) => {
    const style = getComputedStyle(box);
    const isFrame = style.overflowX !== "visible" || style.display === "inline-flex" || style.display === "flex";
    return isFrame && style.textOverflow !== "ellipsis";
  });

  /** The box that a text may not leave: the nearest that cuts off what is wider than it. */
  function* findFrames(element) {
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      if (cutsOff(box)) yield box;
    }
  }

  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || isHidden(element)) continue;
    for (const rect of findLines(node)) {
      lines.push({ node, rect });
      if (rect.left < -SLACK || rect.right > width + SLACK) faults.push(`${short(node.data)} leaves the screen`);
      for (const frame of findFrames(element)) {
        if (!inside(rect, measure(frame))) faults.push(`${short(node.data)} leaves ${name(frame)}`);
      }
    }
    // From right to left a minus stays before its number only where the sum stands alone.
    for (const sum of node.data.matchAll(/\u2212\D{0,4}\d/gu)) {
      const [sign] = findLines(node, sum.index, sum.index + 1);
      const [digit] = findLines(node, sum.index + sum[0].length - 1, sum.index + sum[0].length);
      if (sign && digit && sign.left > digit.left) faults.push(`${short(node.data)} has its minus behind it`);
    }
    // A word in two lines is torn, where it holds nothing to break at.
    if (!element.closest(".code-text, code")) {
      for (const word of node.data.matchAll(/[\p{L}\p{M}]{2,}/gu)) {
        const tops = new Set(findLines(node, word.index, word.index + word[0].length).map((rect) => Math.round(rect.top)));
        if (tops.size > 1) faults.push(`${short(word[0])} is torn in ${name(element)}`);
      }
    }
  }

  const overlaps = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > SLACK && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
  lines.forEach((one, place) => {
    for (const other of lines.slice(place + 1)) {
      if (one.node !== other.node && overlaps(one.rect, other.rect)) {
        faults.push(`${short(one.node.data)} lies over ${short(other.node.data)}`);
      }
    }
  });

  const buttons = [...document.querySelectorAll("a[href], button, summary, input, select, textarea")].filter((each) => !isHidden(each));
  buttons.forEach((one, place) => {
    for (const frame of findFrames(one.parentElement)) {
      if (!inside(measure(one), measure(frame))) faults.push(`${name(one)} ${short(one.textContent)} leaves ${name(frame)}`);
    }
    for (const other of buttons.slice(place + 1)) {
      if (one.contains(other) || other.contains(one)) continue;
      if (overlaps(measure(one), measure(other))) faults.push(`${name(one)} ${short(one.textContent)} lies over ${name(other)} ${short(other.textContent)}`);
    }
  });
  return [...new Set(faults)];
}
