/* The shelf of documents stands open where there is room. */
(function () {
  "use strict";

  const shelf = document.querySelector(".shelf details");
  if (shelf && window.matchMedia("(min-width: 64rem)").matches) shelf.open = true;
})();
