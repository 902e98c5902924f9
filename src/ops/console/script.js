"use strict";

// Fetches the panel anew, and leaves open what was open and the focus where it was.
(() => {
  const EVERY = 10_000;
  const panel = document.getElementById("panel");
  const freshness = document.getElementById("freshness");
  const fresh = freshness.textContent;

  async function refresh() {
    if (document.hidden) return;
    let answer;
    try {
      answer = await fetch("/ops/panel" + location.search, { cache: "no-store", signal: AbortSignal.timeout(EVERY) });
    } catch {
      answer = null;
    }
    if (answer?.status === 401) return location.reload();
    const said = answer?.ok ? fresh : "The server does not answer; these figures are old.";
    if (freshness.textContent !== said) freshness.textContent = said;
    freshness.classList.toggle("bad", !answer?.ok);
    if (answer?.ok) show(await answer.text());
  }

  function show(html) {
    const open = [...panel.querySelectorAll("details[open]")].map((element) => element.id);
    const focused = panel.contains(document.activeElement) ? document.activeElement.id : "";
    panel.innerHTML = html;
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  setInterval(refresh, EVERY);
  document.addEventListener("visibilitychange", refresh);
})();
