/* Search in a list that stands in the page: of a release's areas, partnerships and indicators by name or code, or of the
   documents' headings and words. Without script the lists are there. The place says what is asked and answered. */
(function () {
  "use strict";

  const MOST = 30;
  const section = document.getElementById("find");
  if (!section || !(window.profilesIndex || window.docsIndex)) return;
  const lists = section.querySelector(".groups");
  const root = document.body.dataset.root || "";
  const says = section.dataset;

  /* The same for é and e, & and "and", capitals and small letters. */
  function plain(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
      .replace(/&/g, " and ").replace(/['’]/g, "").replace(/[^a-z0-9]+/g, " ").trim();
  }

  /* What is sought may stand anywhere within the name and what is told of it, and begin a word of those below it. */
  function entry(name, beside, href, within, below) {
    const key = plain(name);
    return { name: name, beside: beside, href: href, key: key, all: key + " " + plain(within), below: " " + plain(below) };
  }

  function ofRelease(index) {
    return index.areas.filter((area) => area[5]).map((area) => {
      const home = index.homes[area[2]] || "";
      const beside = index.kinds[area[1]] + (home && home !== area[0] ? ", " + home : "");
      return entry(area[0], beside, "areas/" + encodeURIComponent(area[4]) + ".html", beside + " " + area[3], "");
    }).concat(index.indicators.map((indicator) => {
      const beside = "Indicator, " + indicator[1];
      return entry(indicator[0], beside, indicator[2], beside, "");
    }));
  }

  const entries = window.profilesIndex ? ofRelease(window.profilesIndex)
    : window.docsIndex.map((told) => entry(told[0], told[1], told[2], "", told[1] + " " + told[3]));

  /* Names that begin with what is sought, then names with a word that does, then whatever holds it. */
  function rank(one, sought, words) {
    if (one.key.startsWith(sought)) return 0;
    if ((" " + one.key).includes(" " + sought)) return 1;
    return words.every((word) => one.key.includes(word)) ? 2 : 3;
  }

  function find(sought) {
    const words = sought.split(" ");
    return entries.filter((one) => words.every((word) => one.all.includes(word) || one.below.includes(" " + word)))
      .map((one) => [rank(one, sought, words), one]).sort((a, b) => a[0] - b[0]).map((pair) => pair[1]);
  }

  function element(name, properties) {
    return Object.assign(document.createElement(name), properties);
  }

  const form = element("form", { className: "search" });
  form.setAttribute("role", "search");
  const label = element("label", { textContent: says.label, htmlFor: "search" });
  const input = element("input", { type: "search", id: "search", autocomplete: "off", spellcheck: false });
  const said = element("p", { className: "said" });
  said.setAttribute("role", "status");
  const found = element("ul", { className: "found" });
  form.append(label, input);
  if (says.hint) {
    form.append(element("p", { id: "search-hint", className: "muted", textContent: says.hint }));
    input.setAttribute("aria-describedby", "search-hint");
  }
  form.append(said, found);
  section.insertBefore(form, lists);

  let told = 0;
  function show() {
    const sought = plain(input.value);
    const asked = sought.length >= Number(says.least || 1);
    const hits = asked ? find(sought) : [];
    if (lists) lists.hidden = asked;
    found.replaceChildren(...hits.slice(0, MOST).map((one) => {
      const item = element("li", {});
      item.append(element("a", { href: root + one.href, textContent: one.name }), " ",
        element("span", { className: "muted", textContent: one.beside }));
      return item;
    }));
    const more = hits.length > MOST ? "; the first " + MOST + " are shown" : "";
    const words = !asked ? "" : !hits.length ? "Nothing found. " + says.otherwise
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
