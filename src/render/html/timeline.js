// The time line: incidents by category, in rows that can be zoomed.
"use strict";

const timeline = (() => {
  const byId = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const plural = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;

  // The zone is the report's, not the browser's.
  const clock = (data) => {
    const offsetAt = (second) => {
      const known = data.offsets.filter(([from]) => from <= second);
      return (known.at(-1) ?? data.offsets[0] ?? [0, 0])[1];
    };
    const iso = (second) => new Date((second + offsetAt(second)) * 1000).toISOString();
    const isOneDay = data.span !== undefined && iso(data.span[0]).slice(0, 10) === iso(data.span[1]).slice(0, 10);
    return (second) => {
      const text = iso(Math.floor(second));
      return isOneDay ? text.slice(11, 19) : `${text.slice(0, 10)} ${text.slice(11, 19)}`;
    };
  };

  // Bins come with the distance to the one before.
  const decode = (finding) => {
    let start = 0;
    finding.bins = finding.bins.map(([after, count]) => [(start += after), count]);
    return finding;
  };

  const HEIGHT = 24;
  const LEAST = 3;

  // Counts in columns of equal width. A bin wider than a column is spread over those that it covers.
  const intoColumns = (sums, bins, binSeconds, view) => {
    const width = (view.to - view.from) / sums.length;
    for (const [start, count] of bins) {
      if (start + binSeconds <= view.from || start >= view.to) continue;
      if (binSeconds <= width) {
        const middle = Math.floor((start + binSeconds / 2 - view.from) / width);
        sums[Math.max(0, Math.min(sums.length - 1, middle))] += count;
        continue;
      }
      const first = Math.max(0, Math.floor((start - view.from) / width));
      const last = Math.min(sums.length - 1, Math.ceil((start + binSeconds - view.from) / width) - 1);
      for (let column = first; column <= last; column += 1) sums[column] += (count * width) / binSeconds;
    }
  };

  const pathOf = (sums) => {
    const most = Math.max(...sums) || 1;
    return sums
      .map((sum, x) => {
        if (sum === 0) return "";
        const height = Math.max(LEAST, Math.round((sum * HEIGHT) / most));
        return `M${x} ${HEIGHT}v-${height}h1v${height}z`;
      })
      .join("");
  };

  const overlaps = (finding, from, to) =>
    finding.bins.filter(([start]) => start + finding.bin_seconds > from && start < to);
  const incidentsIn = (finding, from, to) => overlaps(finding, from, to).reduce((sum, [, count]) => sum + count, 0);

  // Which part of the time is shown. Nobody can tell more than the narrowest bin does.
  const viewOf = (data) => {
    const full = { from: data.span[0], to: data.span[1] + 1 };
    const finest = Math.min(...data.findings.map((finding) => finding.bin_seconds || Infinity));
    const least = Math.min(full.to - full.from, Math.max(10, 4 * finest));
    const view = { ...full, full };
    view.isAll = () => view.from <= full.from && view.to >= full.to;
    view.show = (from, to) => {
      const span = Math.min(full.to - full.from, Math.max(least, to - from));
      const middle = (from + to) / 2;
      view.from = Math.max(full.from, Math.min(full.to - span, middle - span / 2));
      view.to = view.from + span;
    };
    view.zoom = (factor, at = (view.from + view.to) / 2) => {
      view.show(at - (at - view.from) * factor, at + (view.to - at) * factor);
    };
    view.move = (share) => {
      const step = (view.to - view.from) * share;
      view.show(view.from + step, view.to + step);
    };
    view.showAll = () => view.show(full.from, full.to);
    return view;
  };

  const rowsOf = (data, view, timeText) => {
    const plot = byId("plot");
    const lanes = all(".lane[data-category]", plot).map((row) => ({
      row,
      svg: row.querySelector("svg"),
      path: row.querySelector("path"),
      count: row.querySelector(".lane-count"),
      findings: data.findings.filter((finding) => finding.category === row.dataset.category),
    }));
    const marks = plot.querySelector(".marks svg");
    const readout = byId("readout");
    const hint = readout.textContent;
    // A row that the filter hides has no width to measure.
    const box = () => (lanes.find((lane) => !lane.row.hidden) ?? lanes[0]).svg.getBoundingClientRect();
    const columns = () => Math.max(40, Math.min(240, Math.floor((box().width || 400) / 4)));

    const draw = () => {
      lanes.forEach((lane) => {
        lane.shown = lane.findings.filter((finding) => finding.isShown);
        lane.row.hidden = lane.shown.length === 0;
      });
      const count = columns();
      for (const lane of lanes) {
        const sums = new Array(count).fill(0);
        lane.shown.forEach((finding) => intoColumns(sums, finding.bins, finding.bin_seconds, view));
        lane.svg.setAttribute("viewBox", `0 0 ${count} ${HEIGHT}`);
        lane.path.setAttribute("d", pathOf(sums));
        const n = lane.shown.reduce((sum, finding) => sum + incidentsIn(finding, view.from, view.to), 0);
        lane.count.textContent = n.toLocaleString("en");
        lane.svg.setAttribute("aria-label", `${lane.row.dataset.category}: ${plural(n, "incident")}`);
      }
      drawMarks(count);
      drawAxis();
      rest();
    };

    const drawMarks = (count) => {
      if (!marks) return;
      const width = (view.to - view.from) / count;
      const at = data.marks.filter(([time]) => time >= view.from && time < view.to);
      const xs = new Set(at.map(([time]) => Math.floor((time - view.from) / width)));
      marks.setAttribute("viewBox", `0 0 ${count} ${HEIGHT}`);
      marks.firstElementChild.setAttribute("d", [...xs].map((x) => `M${x} 4h1v20h-1z`).join(""));
    };

    const drawAxis = () => {
      const last = Math.max(view.from, view.to - 1);
      const times = [view.from, (view.from + last) / 2, last];
      all("time", byId("axis")).forEach((element, index) => {
        element.dateTime = new Date(Math.floor(times[index]) * 1000).toISOString();
        element.textContent = timeText(times[index]);
      });
    };

    const rangeText = (from, to) => {
      const counts = lanes
        .filter((lane) => !lane.row.hidden)
        .map((lane) => [
          lane.row.dataset.category,
          lane.shown.reduce((sum, finding) => sum + incidentsIn(finding, from, to), 0),
        ])
        .filter(([, n]) => n > 0)
        .map(([category, n]) => `${category} ${n.toLocaleString("en")}`);
      const events = data.marks.filter(([time]) => time >= from && time < to).map(([, what]) => what);
      const all = [...counts, ...new Set(events)];
      return `${timeText(from)} to ${timeText(Math.max(from, to - 1))}: ${all.join(", ") || "nothing"}`;
    };

    const rest = () => {
      readout.textContent = view.isAll() ? hint : rangeText(view.from, view.to);
    };

    return { plot, draw, box, columns, rangeText, readout, rest };
  };

  // Selecting with the pointer, and reading what is under it.
  const setUpPointer = (rows, view, change) => {
    const { plot, readout } = rows;
    const band = plot.querySelector(".selection");
    let from = null;
    const secondAt = (event) => {
      const box = rows.box();
      const share = Math.max(0, Math.min(1, (event.clientX - box.left) / (box.width || 1)));
      return view.from + share * (view.to - view.from);
    };
    const showBand = (a, b) => {
      const box = rows.box();
      const scale = box.width / (view.to - view.from);
      const left = box.left - plot.getBoundingClientRect().left;
      band.style.left = `${left + (Math.min(a, b) - view.from) * scale}px`;
      band.style.width = `${Math.max(1, Math.abs(b - a) * scale)}px`;
      band.hidden = false;
    };
    const stop = () => {
      from = null;
      band.hidden = true;
      rows.rest();
    };
    plot.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      from = secondAt(event);
      plot.setPointerCapture(event.pointerId);
    });
    plot.addEventListener("pointermove", (event) => {
      const at = secondAt(event);
      const half = (view.to - view.from) / rows.columns() / 2;
      const [a, b] = from === null ? [at - half, at + half] : [Math.min(from, at), Math.max(from, at)];
      showBand(a, b);
      readout.textContent = rows.rangeText(a, b);
    });
    plot.addEventListener("pointerup", (event) => {
      if (from === null) return;
      const [a, b] = [from, secondAt(event)].sort((x, y) => x - y);
      stop();
      // A click selects nothing.
      if ((b - a) * rows.columns() > view.to - view.from) change(() => view.show(a, b));
    });
    plot.addEventListener("pointercancel", stop);
    plot.addEventListener("pointerleave", () => from === null && stop());
    plot.addEventListener("dblclick", () => change(() => view.showAll()));
    plot.addEventListener(
      "wheel",
      (event) => {
        // Without a key the wheel scrolls the page, as anywhere.
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        change(() => view.zoom(event.deltaY > 0 ? 1.25 : 0.8, secondAt(event)));
      },
      { passive: false },
    );
  };

  const ACTIONS = {
    in: (view) => view.zoom(0.5),
    out: (view) => view.zoom(2),
    left: (view) => view.move(-0.25),
    right: (view) => view.move(0.25),
    all: (view) => view.showAll(),
  };
  const KEYS = {
    "+": "in",
    "=": "in",
    "-": "out",
    _: "out",
    ArrowLeft: "left",
    ArrowRight: "right",
    0: "all",
    Home: "all",
  };

  const setUpKeys = (rows, view, change) => {
    all("[data-zoom]").forEach((button) =>
      button.addEventListener("click", () => change(() => ACTIONS[button.dataset.zoom](view))),
    );
    rows.plot.addEventListener("keydown", (event) => {
      const action = KEYS[event.key] ?? (event.key === "Escape" && !view.isAll() ? "all" : undefined);
      if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      change(() => ACTIONS[action](view));
    });
    addEventListener("resize", rows.draw);
  };

  // `changed` is told of each change of what is shown, and how to say it.
  const setUp = (data, view, changed) => {
    const rows = rowsOf(data, view, clock(data));
    const change = (how) => {
      how();
      changed(() => rows.rangeText(view.from, view.to));
    };
    setUpPointer(rows, view, change);
    setUpKeys(rows, view, change);
    return rows;
  };

  return { byId, all, plural, decode, overlaps, viewOf, setUp };
})();
