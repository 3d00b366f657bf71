/* Two to four areas side by side. What is chosen stands in the address, so that it can be sent to others. */
(function () {
  "use strict";

  const index = window.profilesIndex;
  const shared = window.profilesRows;
  const form = document.getElementById("choose");
  if (!index || !shared || !form) return;
  const KEYS = ["a", "b", "c", "d"];
  const selects = KEYS.map((key) => document.getElementById("area-" + key));
  const said = document.getElementById("compare-said");
  const place = document.getElementById("beside");
  const areas = new Map(index.areas.map((area) => [area[4], area]));
  const held = new Map();
  const asked = new Map();

  window.profilesArea = (stem, cells) => {
    const rows = new Map();
    cells.forEach((cell) => {
      if (!rows.has(cell[0])) rows.set(cell[0], []);
      rows.get(cell[0]).push(cell);
    });
    held.set(stem, rows);
  };

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function kindOf(area) { return index.kinds[area[1]]; }
  function homeOf(area) { return index.homes[area[2]] || ""; }
  function fullName(area) {
    const home = homeOf(area);
    return home && home !== area[0] && index.homes.length > 1 ? area[0] + ", " + home : area[0];
  }

  /* --- choosing --- */

  function fill(select) {
    const groups = new Map();
    index.areas.forEach((area) => {
      const name = homeOf(area) || "Larger areas";
      if (!groups.has(name)) groups.set(name, element("optgroup"));
      const option = element("option", "", area[0] + " (" + kindOf(area).toLocaleLowerCase("en-GB") + ")");
      option.value = area[4];
      groups.get(name).append(option);
    });
    const nothing = element("option", "", "None");
    nothing.value = "";
    select.append(nothing);
    Array.from(groups).sort((one, other) => (one[0] === "Larger areas") - (other[0] === "Larger areas")
      || one[0].localeCompare(other[0], "en-GB")).forEach(([name, group]) => {
      group.label = name;
      select.append(group);
    });
  }

  function read() {
    const told = new URLSearchParams(location.hash.slice(1));
    KEYS.forEach((key, at) => {
      const stem = told.get(key) || "";
      selects[at].value = areas.has(stem) ? stem : "";
    });
  }

  function keep() {
    const told = new URLSearchParams();
    KEYS.forEach((key, at) => { if (selects[at].value) told.set(key, selects[at].value); });
    const address = "#" + told.toString();
    try { history.replaceState(null, "", address); } catch (error) { location.hash = address; }
  }

  function load(stem) {
    if (!asked.has(stem)) {
      asked.set(stem, new Promise((done) => {
        const script = document.createElement("script");
        script.src = "compare/" + encodeURIComponent(stem) + ".js";
        script.onload = done;
        script.onerror = done;
        document.head.append(script);
      }));
    }
    return asked.get(stem);
  }

  /* --- showing --- */

  let latest = 0;
  function show() {
    const turn = ++latest;
    const chosen = Array.from(new Set(selects.map((select) => select.value).filter(Boolean)));
    Promise.all(chosen.map(load)).then(() => {
      if (turn !== latest) return;
      const missing = chosen.filter((stem) => !held.has(stem));
      const there = chosen.filter((stem) => held.has(stem)).map((stem) => areas.get(stem));
      const rows = shared.order.filter((row) => there.some((area) => held.get(area[4]).has(row)));
      place.replaceChildren(...(there.length ? [table(there, rows)] : []));
      const names = there.map(fullName);
      document.title = (names.length ? names.join("; ") : "Compare areas") + document.title.replace(/^.*?( – [^–]*)$/, "$1");
      said.textContent = missing.length ? "The figures of " + missing.join(", ") + " could not be read."
        : there.length < 2 ? "Choose " + (there.length ? "another area" : "two areas or more") + "."
          : "Showing " + rows.length.toLocaleString("en-GB") + " rows for " + names.join("; ") + ".";
    });
  }

  function table(there, rows) {
    const region = element("div", "scroll");
    region.setAttribute("role", "region");
    region.setAttribute("aria-labelledby", "beside-caption");
    region.tabIndex = 0;
    const made = element("table", "compared beside");
    const caption = element("caption", "", "Figures of " + there.map(fullName).join("; ")
      + ". Under a figure stand its 95% confidence limits, where it has any");
    caption.id = "beside-caption";
    const head = element("tr");
    head.append(heading("Indicator", "col", "first"), heading("Period", "col", "period"));
    there.forEach((area) => head.append(headOf(area)));
    const thead = element("thead");
    thead.append(head);
    made.append(caption, thead);
    let section = -1;
    let body = null;
    rows.forEach((row) => {
      const told = shared.rows[row];
      if (told[0] !== section) {
        section = told[0];
        body = element("tbody");
        const line = element("tr", "heading");
        const title = heading("", "rowgroup");
        title.colSpan = there.length + 2;
        title.append(element("span", "hold", shared.sections[section]));
        line.append(title);
        body.append(line);
        made.append(body);
      }
      body.append(line(told, alike(there.map((area) => held.get(area[4]).get(row) || []))));
    });
    region.append(made);
    return region;
  }

  function hasFigure(cell) { return /[0-9]/.test(cell[1]); }

  /* The latest period for which all have a figure; where there is none, what each area's own page shows. */
  function alike(lists) {
    const sets = lists.map((cells) => new Set(cells.filter(hasFigure).map((cell) => cell[2])));
    const common = Array.from(sets[0]).filter((period) => period >= 0 && sets.every((set) => set.has(period)))
      .sort((one, other) => shared.periods[one][1] < shared.periods[other][1] ? 1 : -1)[0];
    return lists.map((cells) => common === undefined ? cells[0] : cells.find((cell) => cell[2] === common && hasFigure(cell)));
  }

  function heading(text, scope, className) {
    const made = element("th", className, text);
    made.scope = scope;
    return made;
  }

  function headOf(area) {
    const made = heading("", "col");
    if (area[5]) {
      const link = element("a", "", area[0]);
      link.href = "areas/" + encodeURIComponent(area[4]) + ".html";
      made.append(link);
    } else {
      made.append(area[0]);
    }
    const home = homeOf(area);
    made.append(element("span", "unit", kindOf(area) + (home && home !== area[0] ? ", " + home : "")));
    return made;
  }

  function line(told, cells) {
    const made = element("tr");
    const first = heading("", "row", "first");
    const link = element("a", "", told[1]);
    link.href = told[4];
    first.append(link, told[2] ? ": " + told[2] : "");
    if (told[3]) first.append(element("span", "unit", told[3]));
    const periods = new Set(cells.filter((cell) => cell && cell[2] >= 0).map((cell) => cell[2]));
    const differ = periods.size > 1;
    const when = differ ? "differs" : periods.size ? shared.periods[Array.from(periods)[0]][0] : "–";
    made.append(first, element("td", "period", when));
    cells.forEach((cell) => made.append(figure(cell, differ)));
    return made;
  }

  /* A figure; its mark is seen, and heard in words. */
  function figure(cell, differ) {
    const made = element("td");
    const text = cell ? cell[1] : "–";
    const parts = /^(.*?)\s*(\[[a-z]+\]|–)?$/.exec(text);
    made.append(parts[1]);
    if (parts[2]) {
      const mark = element("span", "mark", parts[2]);
      mark.setAttribute("aria-hidden", "true");
      made.append(parts[1] ? " " : "", mark, element("span", "vh", " " + (shared.marks[parts[2]] || "no figure")));
    }
    if (cell && cell[3]) made.append(element("span", "unit", cell[3]));
    if (cell && differ && cell[2] >= 0) made.append(element("span", "unit", shared.periods[cell[2]][0]));
    return made;
  }

  selects.forEach(fill);
  document.getElementById("without-script").hidden = true;
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => { keep(); show(); });
  window.addEventListener("hashchange", () => { read(); show(); });
  read();
  show();
})();
