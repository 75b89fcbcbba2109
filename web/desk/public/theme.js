// Runs before the first paint, so that a chosen theme or language never flashes.
(function () {
  try {
    var theme = localStorage.getItem("ascolto.theme");
    if (theme && theme !== "auto") document.documentElement.dataset.theme = theme;
    var locale = localStorage.getItem("ascolto.locale");
    if (locale) document.documentElement.lang = locale;
    if (localStorage.getItem("ascolto.density") === "compact")
      document.documentElement.dataset.density = "compact";
  } catch {
    /* storage switched off: the defaults hold */
  }
})();
