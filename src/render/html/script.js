// Theme, copy, filter and keys. The page tells everything without it. Texts are only ever set as text, never as markup.
"use strict";

(() => {
  const { byId, all, plural, overlaps } = timeline;

  // Tells people who listen to the page what has changed.
  const say = (text) => {
    byId("said").textContent = text;
  };

  // ---- dark and light

  const KEY = "clawsift-theme";
  const storage = {
    // A page opened from a file may have no storage.
    get() {
      try {
        return localStorage.getItem(KEY);
      } catch {
        return null;
      }
    },
    set(value) {
      try {
        localStorage.setItem(KEY, value);
      } catch {
        // The choice then lasts as long as the page.
      }
    },
  };

  const setUpTheme = () => {
    const button = byId("theme");
    const system = matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => {
      const chosen = document.documentElement.dataset.theme;
      return chosen ? chosen === "dark" : system.matches;
    };
    const label = () => {
      button.textContent = isDark() ? "Light" : "Dark";
      button.setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`);
    };
    const stored = storage.get();
    if (stored === "dark" || stored === "light") document.documentElement.dataset.theme = stored;
    button.addEventListener("click", () => {
      const theme = isDark() ? "light" : "dark";
      document.documentElement.dataset.theme = theme;
      storage.set(theme);
      label();
    });
    system.addEventListener("change", label);
    label();
  };

  // ---- copy

  // Where the page is no secure context, the clipboard is reached by way of a selection only.
  const copyBySelection = (element) => {
    const selection = getSelection();
    selection.selectAllChildren(element);
    const done = document.execCommand("copy");
    selection.removeAllRanges();
    return done;
  };

  const copy = async (button) => {
    const code = button.parentElement.querySelector("code");
    let done = false;
    try {
      await navigator.clipboard.writeText(code.textContent);
      done = true;
    } catch {
      done = copyBySelection(code);
    }
    button.classList.toggle("done", done);
    say(done ? "Copied" : "The browser blocked copying");
    setTimeout(() => button.classList.remove("done"), 1500);
  };

  const setUpCopy = () => {
    document.addEventListener("click", (event) => {
      const button = event.target.closest("button.copy");
      if (button) copy(button);
    });
  };

  // ---- filter

  const setUpFilter = (findings, isInView) => {
    const form = byId("filter");
    const rows = all(".finding");
    const clusters = all("#clusters > li");
    const texts = new Map();
    const listeners = [];
    const fields = { text: byId("text"), provider: byId("provider"), model: byId("model") };
    const inView = form.querySelector("[name=in-view]");

    const isInViewWanted = () => inView?.checked ?? false;

    const textOf = (row) => {
      if (!texts.has(row)) texts.set(row, row.textContent.replace(/\s+/g, " ").toLowerCase());
      return texts.get(row);
    };
    const hasWords = (row, words) => words.every((word) => textOf(row).includes(word));
    const wanted = () => ({
      words: fields.text.value.toLowerCase().split(/\s+/).filter(Boolean),
      severities: all("[name=severity]:checked", form).map((box) => box.value),
      provider: fields.provider?.value ?? "",
      model: fields.model?.value ?? "",
      inView: isInViewWanted(),
    });
    const countOf = (values, value) => values.find(([name]) => name === value)?.[1] ?? 0;
    const fits = (finding, row, want) =>
      (want.severities.length === 0 || want.severities.includes(finding.severity)) &&
      (want.provider === "" || countOf(finding.providers, want.provider) > 0) &&
      (want.model === "" || countOf(finding.models, want.model) > 0) &&
      (!want.inView || isInView(finding)) &&
      hasWords(row, want.words);

    // How many of a finding's incidents the provider or the model has; of both together nothing is known but an upper bound.
    const incidentsOf = (finding, want) => {
      const counts = [finding.incidents];
      if (want.provider) counts.push(countOf(finding.providers, want.provider));
      if (want.model) counts.push(countOf(finding.models, want.model));
      return Math.min(...counts);
    };

    const showCount = (finding, row, want) => {
      const n = incidentsOf(finding, want);
      const element = row.querySelector("summary .count");
      element.textContent =
        n === finding.incidents ? plural(n, "incident") : `${n.toLocaleString("en")} of ${plural(finding.incidents, "incident")}`;
      return n;
    };

    const apply = () => {
      const want = wanted();
      const isActive =
        want.words.length + want.severities.length > 0 || want.provider !== "" || want.model !== "" || want.inView;
      let shown = 0;
      let incidents = 0;
      findings.forEach((finding, index) => {
        const row = rows[index];
        finding.isShown = fits(finding, row, want);
        row.hidden = !finding.isShown;
        const n = showCount(finding, row, want);
        if (finding.isShown) {
          shown += 1;
          incidents += n;
        }
      });
      clusters.forEach((row) => {
        row.hidden = !hasWords(row, want.words);
      });
      byId("shown").textContent = isActive
        ? `${shown} of ${plural(findings.length, "finding")}, ${plural(incidents, "incident")}`
        : "";
      form.querySelector(".clear").hidden = !isActive;
      byId("nothing").hidden = shown > 0;
      const coarse = byId("coarse");
      if (coarse) coarse.hidden = want.provider === "" && want.model === "";
      listeners.forEach((listener) => listener());
    };

    const clear = () => {
      form.reset();
      apply();
    };

    // The rows wait until typing pauses, so that each letter appears at once.
    let waiting = 0;
    form.addEventListener("input", (event) => {
      clearTimeout(waiting);
      if (event.target === fields.text) waiting = setTimeout(apply, 80);
      else apply();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    all("button.clear").forEach((button) => button.addEventListener("click", clear));

    return {
      apply,
      clear,
      isActive: () => !form.querySelector(".clear").hidden,
      isInViewWanted,
      // The part of the time that is shown is worth filtering by where it is not all.
      offerInView: (isOffered) => {
        byId("in-view").hidden = !isOffered;
        if (!isOffered && inView.checked) {
          inView.checked = false;
          apply();
        }
      },
      onChange: (listener) => listeners.push(listener),
      focus: () => fields.text.select(),
      text: fields.text,
    };
  };

  // ---- findings

  const setUpFindings = (filter) => {
    const button = byId("open-all");
    const shown = () => all(".finding:not([hidden]) > details");
    const isAllOpen = () => shown().length > 0 && shown().every((row) => row.open);
    const label = () => {
      button.textContent = isAllOpen() ? "Close all" : "Open all";
    };
    button.addEventListener("click", () => {
      const open = !isAllOpen();
      shown().forEach((row) => {
        row.open = open;
      });
      label();
    });
    byId("findings").addEventListener("toggle", label, true);
    filter.onChange(label);
    label();

    const openTarget = () => {
      const row = /^#finding-\d+$/.test(location.hash) ? document.querySelector(location.hash) : null;
      if (!row) return;
      if (row.hidden) filter.clear();
      row.querySelector("details").open = true;
      row.scrollIntoView();
    };
    addEventListener("hashchange", openTarget);
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#finding-']");
      // The same place again is no change of place.
      if (link && link.hash === location.hash) openTarget();
    });
    openTarget();
  };

  // On paper nothing can be opened.
  const setUpPrint = () => {
    let closed = [];
    addEventListener("beforeprint", () => {
      closed = all("details:not([open])");
      closed.forEach((row) => {
        row.open = true;
      });
    });
    addEventListener("afterprint", () => {
      closed.forEach((row) => {
        row.open = false;
      });
      closed = [];
    });
  };

  const setUpKeys = (filter) => {
    document.addEventListener("keydown", (event) => {
      const isTyping = event.target.closest("input[type=search], select, textarea");
      if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        filter.focus();
      } else if (event.key === "Escape") {
        if (filter.isActive()) filter.clear();
        else if (event.target === filter.text) filter.text.blur();
      }
    });
  };

  const run = () => {
    setUpCopy();
    setUpPrint();
    const data = JSON.parse(byId("data").textContent);
    data.findings.forEach(timeline.decode);
    if (data.findings.length === 0) return;
    const view = data.span && byId("plot") ? timeline.viewOf(data) : null;
    const filter = setUpFilter(data.findings, (finding) => view && overlaps(finding, view.from, view.to).length > 0);
    setUpFindings(filter);
    setUpKeys(filter);
    if (view) {
      const shown = timeline.setUp(data, view, (range) => {
        filter.offerInView(!view.isAll());
        if (filter.isInViewWanted()) filter.apply();
        else shown.draw();
        say(range());
      });
      filter.onChange(shown.draw);
    }
    // A browser that comes back to the page remembers what was typed.
    filter.apply();
  };

  setUpTheme();
  // What the page tells by itself is painted first.
  requestAnimationFrame(() =>
    setTimeout(() => {
      run();
      document.documentElement.dataset.ready = "";
    }),
  );
})();
