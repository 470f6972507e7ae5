// Restores the reader's choice of light or dark before the page is painted.
(function () {
  var chosen = __md_get("__palette");
  if (!chosen || !chosen.color) return;
  var color = chosen.color;
  if (color.media === "(prefers-color-scheme)") {
    var light = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
    var input = document.querySelector('[data-md-color-media="(prefers-color-scheme: ' + light + ')"]');
    if (!input) return;
    ["media", "scheme", "primary", "accent"].forEach(function (part) {
      color[part] = input.getAttribute("data-md-color-" + part);
    });
  }
  Object.keys(color).forEach(function (part) {
    document.body.setAttribute("data-md-color-" + part, color[part]);
  });
})();
