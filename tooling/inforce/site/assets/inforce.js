// Pages stay true when nobody rebuilds them: at an announced instant the words flip by themselves.
// Without this script every sentence on the page is true as well: it names dates, not "now".
(function () {
  "use strict";
  var DAY = 86400000;
  var LONGEST_TIMER = 2147483647;

  function flip() {
    var now = Date.now();
    var next = Infinity;
    document.querySelectorAll("[data-inforce-at]").forEach(function (part) {
      var at = Date.parse(part.dataset.inforceAt);
      var reached = now >= at;
      part.querySelectorAll("[data-before]").forEach(function (words) { words.hidden = reached; });
      part.querySelectorAll("[data-after]").forEach(function (words) { words.hidden = !reached; });
      part.classList.toggle("inforce-reached", reached);
      if (!reached) next = Math.min(next, at);
    });
    document.querySelectorAll("[data-inforce-days]").forEach(function (part) {
      var left = Math.ceil((Date.parse(part.dataset.inforceDays) - now) / DAY);
      part.textContent = left > 0 ? part.dataset.text.replace("{days}", String(left)) : "";
    });
    if (next < Infinity) setTimeout(flip, Math.min(next - now + 50, LONGEST_TIMER));
  }

  function offerPicker(form) {
    var ways = {};
    document.querySelectorAll("[data-inforce-pair]").forEach(function (link) {
      ways[link.dataset.inforcePair] = link.href;
    });
    form.hidden = false;
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      // Either order will do: a redline leads from the older version to the newer one.
      var one = form.elements.old.value, two = form.elements["new"].value;
      var way = ways[one + "..." + two] || ways[two + "..." + one];
      form.querySelector("[role=status]").textContent = way ? "" : form.dataset.none;
      if (way) location.assign(way);
    });
  }

  // The theme lets a wide table scroll sideways; whoever has no pointer must be able to reach and scroll it too.
  function reachTables() {
    var sizes = new ResizeObserver(function (entries) {
      entries.forEach(function (entry) {
        var box = entry.target;
        if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
        else box.removeAttribute("tabindex");
      });
    });
    document.querySelectorAll(".md-typeset__scrollwrap").forEach(function (box) { sizes.observe(box); });
  }

  flip();
  addEventListener("load", reachTables);
  document.querySelectorAll("[data-inforce-picker]").forEach(offerPicker);
})();
