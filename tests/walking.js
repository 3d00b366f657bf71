// What a page tells of itself to the tests that walk it: each function gives plain sentences, none where all is well.
window.walking = {
  name(element) {
    const words = (element.innerText || element.getAttribute("aria-label") || element.alt || "").trim().split("\n")[0];
    const mark = element.id ? `#${element.id}` : [...element.classList].map((one) => `.${one}`).join("");
    return `<${element.localName}${mark}> “${words.slice(0, 60)}”`;
  },

  // Heard and not seen, on purpose.
  unseen(element, style) {
    return style.clipPath === "inset(50%)" || element.getBoundingClientRect().right < 0;
  },

  // Whatever stands beyond the page's edge, or is hidden by the edge of its own box. What stands in a region that scrolls
  // is not cut on a screen; on paper nothing scrolls.
  cutOff(paper) {
    const wide = document.documentElement.clientWidth;
    const faults = [];
    const long = document.scrollingElement.scrollWidth;
    if (long > wide) faults.push(`the page is ${long} px wide in a window of ${wide} px`);
    const look = (element) => {
      const style = getComputedStyle(element);
      if (style.display === "none" || style.visibility === "hidden" || walking.unseen(element, style)) return;
      const box = element.getBoundingClientRect();
      if (box.width && box.height && (box.right > wide + 1 || box.left < -1)) {
        faults.push(`${walking.name(element)} reaches from ${Math.round(box.left)} to ${Math.round(box.right)} of ${wide} px`);
        return;
      }
      const scrolls = ["auto", "scroll"].includes(style.overflowX);
      if (scrolls && !paper) return;
      const hides = ["hidden", "clip"];
      const narrow = (scrolls || hides.includes(style.overflowX)) && element.scrollWidth > element.clientWidth + 1;
      const low = hides.includes(style.overflowY) && element.scrollHeight > element.clientHeight + 1;
      if (element.clientWidth && (narrow || low)) faults.push(`${walking.name(element)} hides part of what it holds`);
      for (const child of element.children) look(child);
    };
    look(document.body);
    return faults;
  },

  // All that the Tab key must reach, in the order of the page.
  stops() {
    const all = document.querySelectorAll("a[href], button, input, select, textarea, summary, iframe, [tabindex]");
    return [...all].filter((element) =>
      element.tabIndex >= 0 && !element.disabled && element.type !== "hidden" && element.checkVisibility({ visibilityProperty: true })
      && !(element.type === "radio" && document.querySelector(`input[type=radio][name="${element.name}"]`) !== element)
      && !element.closest("[inert]"));
  },

  // Where the keyboard stands: which stop, and what is wrong with how that is shown.
  standing() {
    const element = document.activeElement;
    if (!element || element === document.body) return { place: -1, name: "nothing", faults: [] };
    const faults = [];
    const style = getComputedStyle(element);
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) faults.push(`${walking.name(element)} does not show that it has the keyboard`);
    const box = [...element.getClientRects()].find((one) => one.width && one.height) || element.getBoundingClientRect();
    const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
    if (left >= right || top >= bottom) faults.push(`${walking.name(element)} has the keyboard out of sight`);
    else {
      const places = [0.1, 0.5, 0.9].map((part) => document.elementFromPoint(left + part * (right - left), (top + bottom) / 2));
      if (!places.some((over) => over && (element.contains(over) || over.contains(element)))) faults.push(`${walking.name(element)} is covered while it has the keyboard`);
    }
    return { place: walking.order.indexOf(element), name: walking.name(element), faults };
  },

  // Rows, list items and articles are taken away of which each part looks like two before it in the page: of a long table,
  // something of each look is enough to see.
  thin() {
    const seen = new Map();
    const look = (element) => element.localName + element.className + [...element.children].map(look).join("");
    for (const row of document.querySelectorAll("tbody tr, li, article")) {
      const beside = row.localName === "tr" ? row.closest("table").rows : row.parentElement.children;
      if (row.querySelector("li") || beside.length < 4) continue;
      const around = row.closest("table, ul, ol, section");
      const parts = row.localName === "tr" ? [...row.children] : [row];
      const keys = parts.map((part) => [around.localName, around.className, row.className, Boolean(row.closest("nav")), look(part)].join(" "));
      const known = keys.every((key) => seen.get(key) >= 2);
      if (known) row.remove();
      else for (const key of new Set(keys)) seen.set(key, (seen.get(key) || 0) + 1);
    }
  },

  // What moves although the reader asked for stillness.
  moving() {
    const still = (style) => style.animationName === "none" && style.scrollBehavior !== "smooth"
      && style.transitionDuration.split(",").every((time) => parseFloat(time) === 0);
    return [...document.querySelectorAll("*")].filter((element) => !still(getComputedStyle(element)))
      .map((element) => `${walking.name(element)} moves`);
  },

  // Pictures that did not come, or that say nothing of themselves in a figure.
  async pictures() {
    const faults = [];
    for (const picture of document.images) {
      picture.loading = "eager";
      await picture.decode().catch(() => faults.push(`the picture ${picture.getAttribute("src")} did not come`));
      if (picture.closest("figure") && !picture.alt.trim()) faults.push(`the picture ${picture.getAttribute("src")} has no description`);
    }
    return faults;
  },

  // Everything that can be read or followed: the words of each table and list, and where links lead.
  held() {
    return {
      "tables": [...document.querySelectorAll("table")].map((one) => one.innerText),
      "lists": [...document.querySelectorAll("li, dt, dd")].map((one) => one.innerText.trim()).filter(Boolean),
      "links": [...document.links].map((one) => one.getAttribute("href")),
      "headings": [...document.querySelectorAll("h1, h2, h3")].map((one) => one.innerText),
    };
  },
};
