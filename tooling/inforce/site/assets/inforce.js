// Keeps pages correct between builds: at an announced instant the words change automatically.
// Without this script every sentence is correct too, since it states dates, not "now".
(function () {
  "use strict";
  var DAY = 86400000;
  var LONGEST_TIMER = 2147483647;
  var SOON = 50;
  var LANGUAGE = document.documentElement.lang + "-u-nu-latn"; // the digits of the dates in the page
  var COUNTED = new Intl.NumberFormat(LANGUAGE, { style: "unit", unit: "day", unitDisplay: "long" });
  var LISTED = new Intl.ListFormat(LANGUAGE);
  var timer;

  // An element is announced until its start, in force until its end, and then in its stated final state.
  function stateOf(part, now) {
    var end = Date.parse(part.dataset.inforceEnd || "");
    if (now >= end) return part.dataset.inforceThen;
    return now >= Date.parse(part.dataset.inforceAt) ? "in_force" : "announced";
  }

  function flip() {
    var now = Date.now();
    var next = Infinity;
    document.querySelectorAll("[data-inforce-at]").forEach(function (part) {
      var state = stateOf(part, now);
      part.dataset.state = state;
      part.querySelectorAll("[data-in]").forEach(function (words) {
        if (words.closest("[data-state]") === part) words.hidden = words.dataset.in !== state;
      });
      [part.dataset.inforceAt, part.dataset.inforceEnd].forEach(function (instant) {
        var at = Date.parse(instant || "");
        if (at > now) next = Math.min(next, at);
      });
    });
    document.querySelectorAll("[data-inforce-days]").forEach(function (part) {
      var left = Math.ceil((Date.parse(part.dataset.inforceDays) - now) / DAY);
      part.textContent = left > 0 ? part.dataset.text.replace("{days}", COUNTED.format(left)) : "";
    });
    clearTimeout(timer);
    if (next < Infinity) timer = setTimeout(flip, Math.min(next - now + SOON, LONGEST_TIMER));
  }

  function offerPicker(form) {
    var ways = {};
    document.querySelectorAll("[data-inforce-pair]").forEach(function (link) {
      ways[link.dataset.inforcePair] = link.href;
    });
    form.hidden = false;
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      // Accepts either order; redlines exist from the older to the newer version.
      var one = form.elements.old.value, two = form.elements["new"].value;
      var way = ways[one + "..." + two] || ways[two + "..." + one];
      form.querySelector("[role=status]").textContent = way ? "" : form.dataset.none;
      if (way) location.assign(way);
    });
  }

  // Days and intervals are local times in the book's time zone, so comparing strings compares times.
  function appliedOn(day, row) {
    var from = row.dataset.inforceFrom, until = row.dataset.inforceUntil;
    return from.slice(0, day.length) <= day && (!until || until > day);
  }

  function offerDay(form) {
    var input = form.elements.day;
    var status = form.querySelector("[role=status]");
    var rows = Array.from(document.querySelectorAll("[data-inforce-from]"))
      .sort(function (a, b) { return a.dataset.inforceFrom < b.dataset.inforceFrom ? -1 : 1; });

    function answer() {
      var day = input.value;
      var found = rows.filter(function (row) { return day && appliedOn(day, row); });
      rows.forEach(function (row) { row.classList.toggle("inforce-row--asked", found.indexOf(row) >= 0); });
      status.textContent = "";
      if (!day) return;
      var shown = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "long", timeZone: "UTC" })
        .format(Date.parse(day + "T00:00:00Z"));
      status.append((found.length ? form.dataset.found : form.dataset.none).replace("{day}", shown), " ");
      var links = found.map(function (row) { return row.querySelector("[data-inforce-version]").cloneNode(true); });
      LISTED.formatToParts(links.map(String)).forEach(function (part) {
        status.append(part.type === "element" ? links.shift() : part.value);
      });
    }

    // The day is in the address, so that the answer can be shared as a link.
    function read() {
      var asked = /^#on=(\d{4}-\d{2}-\d{2})$/.exec(location.hash);
      if (asked) input.value = asked[1];
      answer();
    }

    form.hidden = false;
    form.addEventListener("submit", function (event) { event.preventDefault(); answer(); });
    input.addEventListener("input", function () {
      if (input.value) history.replaceState(null, "", "#on=" + input.value);
      answer();
    });
    addEventListener("hashchange", read);
    read();
  }

  // A matrix that is wider than the screen is scrolled to its newest versions.
  function showNewest(box) {
    box.scrollLeft = getComputedStyle(box).direction === "rtl" ? -box.scrollWidth : box.scrollWidth;
  }

  // Opens folded content when a link leads to it.
  function unfold() {
    var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") target.open = true;
  }

  // The theme makes wide tables scroll sideways; keyboard users must be able to focus and scroll them too.
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
  // A page in a background tab or restored from the history may have missed an instant.
  addEventListener("pageshow", flip);
  document.addEventListener("visibilitychange", flip);
  addEventListener("load", reachTables);
  addEventListener("hashchange", unfold);
  unfold();
  document.querySelectorAll("[data-inforce-picker]").forEach(offerPicker);
  document.querySelectorAll("[data-inforce-asked]").forEach(offerDay);
  document.querySelectorAll("[data-inforce-newest]").forEach(showNewest);
})();
