/* Tables of headline figures can be sorted by any column. Without script they stand in the order of the release. */
(function () {
  "use strict";

  const WORDS = { ascending: "lowest first", descending: "highest first", none: "in the order of the release" };

  document.querySelectorAll("table.headline").forEach((table) => {
    const heads = Array.from(table.tHead.rows[0].cells);
    if (heads.length < 2 || table.querySelectorAll("tbody th[scope=row]").length < 3) return;
    const bodies = Array.from(table.tBodies);
    const places = [];
    bodies.forEach((body) => {
      const heading = body.querySelector("tr.heading");
      Array.from(body.rows).filter((row) => row !== heading).forEach((row) => {
        places.push({ row: row, body: body, group: heading ? heading.textContent.trim() : "" });
      });
    });
    const sorted = document.createElement("tbody");
    const said = document.createElement("p");
    said.className = "vh";
    said.setAttribute("role", "status");
    table.parentNode.after(said);

    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const steps = column ? ["descending", "ascending", "none"] : ["ascending", "descending", "none"];
        const next = steps[(steps.indexOf(head.getAttribute("aria-sort")) + 1) % 3];
        heads.forEach((other) => other.setAttribute("aria-sort", "none"));
        head.setAttribute("aria-sort", next);
        order(column, next);
        said.textContent = "Sorted by " + button.firstChild.textContent.trim() + ", " +
          (column ? WORDS[next] : { ascending: "A to Z", descending: "Z to A", none: WORDS.none }[next]) + ".";
      });
    });

    function order(column, way) {
      table.querySelectorAll(".of").forEach((words) => words.remove());
      if (way === "none") {
        sorted.remove();
        bodies.forEach((body) => table.append(body));
        places.forEach((place) => place.body.append(place.row));
        return;
      }
      const sign = way === "ascending" ? 1 : -1;
      const value = column ? figure : (cell) => cell.textContent.trim().toLocaleLowerCase("en-GB");
      const keyed = places.map((place, at) => [value(place.row.cells[column]), at, place]);
      keyed.sort((a, b) => compare(a[0], b[0], sign) || a[1] - b[1]);
      keyed.forEach((one) => {
        const place = one[2];
        if (place.group) {
          const words = document.createElement("span");
          words.className = "unit of";
          words.textContent = place.group;
          place.row.cells[0].append(words);
        }
        sorted.append(place.row);
      });
      bodies.forEach((body) => body.remove());
      table.append(sorted);
    }
  });

  /* The number that a cell shows; nothing where a mark stands in its place. */
  function figure(cell) {
    const first = cell.firstChild && cell.firstChild.nodeType === 3 ? cell.firstChild.textContent : "";
    const digits = first.replace(/[,£%\s]/g, "").replace("−", "-");
    return digits && !isNaN(digits) ? Number(digits) : null;
  }

  /* What has no figure comes last, whichever way. */
  function compare(one, other, sign) {
    if (one === null || other === null) return (one === null) - (other === null);
    return typeof one === "string" ? sign * one.localeCompare(other, "en-GB") : sign * (one - other);
  }
})();
