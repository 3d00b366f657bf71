/* Search on the front page: areas, partnerships and indicators by name or code. Without script the lists are there. */
(function () {
  "use strict";

  const MOST = 30;
  const index = window.profilesIndex;
  const section = document.getElementById("find");
  if (!index || !section) return;
  const lists = section.querySelector(".groups");

  /* The same for é and e, & and "and", capitals and small letters. */
  function plain(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
      .replace(/&/g, " and ").replace(/['’]/g, "").replace(/[^a-z0-9]+/g, " ").trim();
  }

  const entries = index.areas.filter((area) => area[5]).map((area) => {
    const home = index.homes[area[2]] || "";
    const beside = index.kinds[area[1]] + (home && home !== area[0] ? ", " + home : "");
    return entry(area[0], beside, area[3], "areas/" + encodeURIComponent(area[4]) + ".html");
  }).concat(index.indicators.map((indicator) =>
    entry(indicator[0], "Indicator, " + indicator[1], "", indicator[2])));

  function entry(name, beside, code, href) {
    const key = plain(name);
    return { name: name, beside: beside, href: href, key: key, all: key + " " + plain(beside) + " " + plain(code) };
  }

  /* Names that begin with what is sought, then names with a word that does, then whatever holds it. */
  function rank(one, sought) {
    if (one.key.startsWith(sought)) return 0;
    if ((" " + one.key).includes(" " + sought)) return 1;
    return sought.split(" ").every((word) => one.key.includes(word)) ? 2 : 3;
  }

  function find(typed) {
    const sought = plain(typed);
    const words = sought.split(" ");
    return entries.filter((one) => words.every((word) => one.all.includes(word)))
      .map((one) => [rank(one, sought), one]).sort((a, b) => a[0] - b[0]).map((pair) => pair[1]);
  }

  function element(name, properties) {
    return Object.assign(document.createElement(name), properties);
  }

  const form = element("form", { className: "search" });
  form.setAttribute("role", "search");
  const label = element("label", { textContent: "Search areas, partnerships and indicators", htmlFor: "search" });
  const input = element("input", { type: "search", id: "search", autocomplete: "off", spellcheck: false });
  const hint = element("p", { id: "search-hint", className: "muted",
    textContent: "By name, code or partnership. Enter opens the first that is found." });
  const said = element("p", { className: "said" });
  said.setAttribute("role", "status");
  const found = element("ul", { className: "found" });
  input.setAttribute("aria-describedby", "search-hint");
  form.append(label, input, hint, said, found);
  section.insertBefore(form, lists);

  let told = 0;
  function show() {
    const sought = plain(input.value);
    const hits = sought ? find(input.value) : [];
    lists.hidden = Boolean(sought);
    found.replaceChildren(...hits.slice(0, MOST).map((one) => {
      const item = element("li", {});
      item.append(element("a", { href: one.href, textContent: one.name }), " ",
        element("span", { className: "muted", textContent: one.beside }));
      return item;
    }));
    const more = hits.length > MOST ? "; the first " + MOST + " are shown" : "";
    const words = !sought ? "" : !hits.length ? "Nothing found. Try part of the name."
      : hits.length === 1 ? "1 found." : hits.length.toLocaleString("en-GB") + " found" + more + ".";
    /* A screen reader hears the number when the typing rests. */
    clearTimeout(told);
    told = setTimeout(() => { said.textContent = words; }, 250);
  }

  input.addEventListener("input", show);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const first = input.value && found.querySelector("a");
    if (first) first.click();
  });
  if (input.value) show();
})();
