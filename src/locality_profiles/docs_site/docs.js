/* Search through the documents, on every page; the shelf stands open where there is room. Without script the lists are there. */
(function () {
  "use strict";

  const MOST = 30;
  const root = document.body.dataset.root || "";
  const shelf = document.querySelector(".shelf details");
  if (shelf && window.matchMedia("(min-width: 64rem)").matches) shelf.open = true;
  const place = document.getElementById("find");
  if (!place || !window.docsIndex) return;
  const lists = place.querySelector(".groups");

  function plain(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
      .replace(/['’]/g, "").replace(/[^a-z0-9]+/g, " ").trim();
  }

  const entries = window.docsIndex.map((told) =>
    ({ name: told[0], beside: told[1], href: told[2], key: plain(told[0]), all: " " + plain(told.slice(0, 2).join(" ") + " " + told[3]) }));

  /* Headings that begin with what is sought, then headings that hold all of it, then words below them. */
  function rank(one, sought, words) {
    if (one.key.startsWith(sought)) return 0;
    return words.every((word) => one.key.includes(word)) ? 1 : 2;
  }

  function find(typed) {
    const sought = plain(typed);
    const words = sought.split(" ");
    return entries.filter((one) => words.every((word) => one.all.includes(" " + word) || one.key.includes(word)))
      .map((one) => [rank(one, sought, words), one]).sort((a, b) => a[0] - b[0]).map((pair) => pair[1]);
  }

  function element(name, properties) {
    return Object.assign(document.createElement(name), properties);
  }

  const form = element("form", { className: "search" });
  form.setAttribute("role", "search");
  const label = element("label", { textContent: "Search the documents", htmlFor: "search" });
  const input = element("input", { type: "search", id: "search", autocomplete: "off", spellcheck: false });
  const said = element("p", { className: "said" });
  said.setAttribute("role", "status");
  const found = element("ul", { className: "found" });
  form.append(label, input, said, found);
  place.insertBefore(form, lists);

  let told = 0;
  function show() {
    const sought = plain(input.value);
    const hits = sought.length > 1 ? find(input.value) : [];
    if (lists) lists.hidden = sought.length > 1;
    found.replaceChildren(...hits.slice(0, MOST).map((one) => {
      const item = element("li", {});
      item.append(element("a", { href: root + one.href, textContent: one.name }), " ",
        element("span", { className: "muted", textContent: one.beside }));
      return item;
    }));
    const more = hits.length > MOST ? "; the first " + MOST + " are shown" : "";
    const words = sought.length < 2 ? "" : !hits.length ? "Nothing found. Try one word."
      : hits.length === 1 ? "1 found." : hits.length.toLocaleString("en-GB") + " found" + more + ".";
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
