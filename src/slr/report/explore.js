"use strict";
// The interactive page of the network. Texts are only ever set as text; places come computed.
(() => {
  const told = JSON.parse(document.getElementById("content").textContent);
  const picture = document.getElementById("picture");
  if (!picture) return;
  const SVG = picture.namespaceURI;
  const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#8d5fa6", "#d55e00", "#56b4e9"];
  const GREY = "#7b8794";
  const MARGIN = 40;
  const cocited = told.kind === "co-citation";
  const byId = (name) => document.getElementById(name);
  const persian = (text) =>
    told.lang === "fa" ? String(text).replace(/[0-9]/g, (d) => "۰۱۲۳۴۵۶۷۸۹"[d]) : String(text);
  const latin = (text) =>
    text.replace(/[۰-۹]/g, (d) => "۰۱۲۳۴۵۶۷۸۹".indexOf(d)).replace(/[٠-٩]/g, (d) => "٠١٢٣٤٥٦٧٨٩".indexOf(d));
  const say = (key, fields = {}) =>
    told.say[key].replace(/\{(\w+)\}/g, (_, name) => persian(fields[name]));
  const fold = (text) =>
    latin(String(text)).normalize("NFKD").replace(/\p{M}|\u200c/gu, "").replace(/[يى]/g, "ی")
      .replace(/ك/g, "ک").toLowerCase();
  const make = (name, attributes = {}, parent = null) => {
    const element = document.createElementNS(SVG, name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    if (parent) parent.append(element);
    return element;
  };
  const write = (name, text, parent, isolated = false) => {
    const element = document.createElement(name);
    (isolated ? element.appendChild(document.createElement("bdi")) : element).textContent = text;
    parent.append(element);
    return element;
  };

  const nodes = told.nodes.map(([id, label, year, status, community, x, y, title], at) => ({
    at, id, label, year, status, community, x, y, title, edges: [], weight: 0,
    text: fold([label, title, id].join(" ")),
  }));
  const edges = told.edges.map(([a, b, weight, via], at) => ({ at, a: nodes[a], b: nodes[b], weight, via }));
  for (const edge of edges) for (const end of [edge.a, edge.b]) { end.edges.push(edge); end.weight += edge.weight; }
  const ranked = [...nodes].sort((a, b) => b.weight - a.weight || a.at - b.at);
  const nameless = (node) => node.label === node.id; // an id is no name
  const named = [...ranked].sort((a, b) => nameless(a) - nameless(b));
  const heaviest = Math.max(...edges.map((e) => e.weight));
  const most = ranked.length ? ranked[0].weight : 1;
  const steps = [...new Set(edges.map((e) => e.weight))].sort((a, b) => a - b);

  // ---- the picture
  const colour = (node) => {
    if (!cocited) return COLOURS[0];
    return node.community && node.community <= COLOURS.length ? COLOURS[node.community - 1] : GREY;
  };
  const radius = (node) => (cocited ? 4 + 9 * Math.sqrt(node.weight / most) : 6);
  const lines = make("g", {}, picture);
  const dots = make("g", {}, picture);
  const labels = make("g", {}, picture);
  for (const edge of [...edges].sort((a, b) => a.weight - b.weight || a.at - b.at)) {
    const ends = { x1: edge.a.x, y1: edge.a.y, x2: edge.b.x, y2: edge.b.y };
    edge.line = make("line", { ...ends, "stroke-width": 0.6 + (3.4 * edge.weight) / heaviest }, lines);
    edge.reach = make("line", { ...ends, class: "reach", "stroke-width": 9 }, lines);
    edge.reach.addEventListener("click", () => choose(edge));
  }
  for (const node of [...ranked].reverse()) {
    const full = node.status === "included";
    const outside = node.status === "not a record";
    node.dot = make("g", { class: "node" }, dots);
    const size = radius(node);
    const paint = { fill: full ? colour(node) : "#fff", stroke: colour(node) };
    node.shape = outside
      ? make("rect", { ...paint, x: node.x - size * 0.8, y: node.y - size * 0.8, width: size * 1.6, height: size * 1.6 }, node.dot)
      : make("circle", { ...paint, cx: node.x, cy: node.y, r: size }, node.dot);
    make("title", {}, node.dot).textContent = node.label;
    node.dot.addEventListener("click", () => choose(node));
  }
  for (const node of nodes) {
    node.name = make("text", { "text-anchor": "middle" }, labels);
    node.name.textContent = node.label;
  }

  // ---- what part of it is seen
  const whole = () => {
    const xs = nodes.map((n) => n.x);
    const ys = nodes.map((n) => n.y);
    const [left, top] = [Math.min(...xs) - MARGIN, Math.min(...ys) - MARGIN];
    return { x: left, y: top, w: Math.max(...xs) + MARGIN - left, h: Math.max(...ys) + MARGIN - top };
  };
  let view = whole();
  let unit = 1;
  let wide = 1;
  const show = () => {
    const box = picture.getBoundingClientRect(); // read before anything is written: it lays out anew
    wide = box.width;
    picture.setAttribute("viewBox", [view.x, view.y, view.w, view.h].map((v) => v.toFixed(2)).join(" "));
    unit = Math.max(view.w / box.width, view.h / box.height) || 1;
    for (const node of nodes) {
      const size = radius(node) * Math.sqrt(unit);
      if (node.shape.tagName === "circle") node.shape.setAttribute("r", size);
      else {
        for (const [key, value] of [["x", node.x - size * 0.8], ["y", node.y - size * 0.8], ["width", size * 1.6], ["height", size * 1.6]])
          node.shape.setAttribute(key, value);
      }
      node.size = size;
    }
    letNamesStand();
  };
  const letNamesStand = () => {
    const wanted = byId("names").checked;
    const taken = [];
    const tall = 12 * unit;
    const reach = (unit * wide) / 2;
    const [left, right] = [view.x + view.w / 2 - reach, view.x + view.w / 2 + reach];
    const first = chosen && chosen.label ? [chosen] : chosen ? [chosen.a, chosen.b] : [];
    for (const node of [...first, ...named]) {
      if (first.includes(node) && taken.some((box) => box.node === node)) continue;
      const seen = wanted && node.here && (first.includes(node) || !(nameless(node) || dim(node)));
      const half = 3.4 * unit * node.label.length;
      const inside = node.x > left && node.x < right && right - left > 2 * half;
      const x = inside ? Math.min(Math.max(node.x, left + half), right - half) : node.x;
      const box = { node, l: x - half, r: x + half, t: node.y - node.size - tall * 1.45, b: node.y - node.size };
      const free = seen && !taken.some((o) => o.l < box.r && box.l < o.r && o.t < box.b && box.t < o.b);
      node.name.classList.toggle("off", !free);
      if (!free) continue;
      taken.push(box);
      node.name.setAttribute("x", x);
      node.name.setAttribute("y", node.y - node.size - 3 * unit);
      node.name.setAttribute("font-size", tall);
    }
  };
  const zoom = (factor, x = view.x + view.w / 2, y = view.y + view.h / 2) => {
    const width = Math.min(Math.max(view.w * factor, 20), whole().w * 4);
    const by = width / view.w;
    view = { x: x - (x - view.x) * by, y: y - (y - view.y) * by, w: width, h: view.h * by };
    show();
  };
  const move = (dx, dy) => { view.x += dx; view.y += dy; show(); };
  const all = () => { view = whole(); show(); };
  const at = (event) => {
    const matrix = picture.getScreenCTM();
    return matrix ? new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse()) : { x: 0, y: 0 };
  };
  picture.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && document.activeElement !== picture) return; // a page that is scrolled goes on
    event.preventDefault();
    const { x, y } = at(event);
    zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, x, y);
  }, { passive: false });
  const fingers = new Map();
  picture.addEventListener("pointerdown", (event) => fingers.set(event.pointerId, { x: event.clientX, y: event.clientY, still: true }));
  picture.addEventListener("pointermove", (event) => {
    const finger = fingers.get(event.pointerId);
    if (!finger) return;
    const [dx, dy] = [event.clientX - finger.x, event.clientY - finger.y];
    if (finger.still && Math.hypot(dx, dy) < 5) return;
    if (finger.still) picture.setPointerCapture(event.pointerId);
    const others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, other]) => other);
    if (others.length) {
      const before = Math.hypot(finger.x - others[0].x, finger.y - others[0].y);
      const now = Math.hypot(event.clientX - others[0].x, event.clientY - others[0].y);
      if (now > 0 && before > 0) zoom(before / now);
    } else move(-dx * unit, -dy * unit);
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY, still: false });
  });
  for (const kind of ["pointerup", "pointercancel", "lostpointercapture"])
    picture.addEventListener(kind, (event) => fingers.delete(event.pointerId));
  picture.addEventListener("keydown", (event) => {
    const step = view.w / 10;
    const keys = {
      ArrowLeft: () => move(-step, 0), ArrowRight: () => move(step, 0), ArrowUp: () => move(0, -step),
      ArrowDown: () => move(0, step), "+": () => zoom(1 / 1.25), "=": () => zoom(1 / 1.25),
      "-": () => zoom(1.25), "−": () => zoom(1.25), 0: all, "۰": all, Escape: () => choose(null),
    };
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });

  // ---- what is chosen
  let chosen = null;
  let near = new Set();
  let sought = "";
  const dim = (node) => (near.size > 0 && !near.has(node)) || !node.text.includes(sought);
  const mark = () => {
    for (const node of nodes) {
      node.dot.classList.toggle("dim", dim(node));
      node.dot.classList.toggle("on", node === chosen || (chosen && !chosen.label && near.has(node)) || false);
    }
    picture.classList.toggle("picked", chosen !== null || sought !== "");
    letNamesStand();
  };
  const choose = (what, focus = false) => {
    chosen = what;
    const details = byId("details");
    details.replaceChildren();
    if (!what) write("p", say("none_chosen"), details);
    else if (what.label) tellNode(what, details);
    else tellEdge(what, details);
    near = new Set();
    if (what) for (const edge of what.label ? what.edges : [what]) for (const end of [edge.a, edge.b]) near.add(end);
    if (what && what.label) near.add(what);
    for (const edge of edges) edge.line.classList.toggle("on", edge === what || (what && what.label && what.edges.includes(edge)) || false);
    mark();
    if (focus) {
      const heading = details.querySelector("h3");
      if (heading) { heading.tabIndex = -1; heading.focus(); }
    }
  };
  const tellNode = (node, parent) => {
    const facts = [say(`status_${node.status.replaceAll(" ", "_")}`)];
    if (cocited && node.community) facts.push(say("community", { number: node.community }));
    write("h3", node.label, parent, true);
    if (node.title) write("bdi", node.title, parent).className = "title";
    const idle = write("p", "", parent);
    idle.className = "quiet";
    write("code", node.id, idle);
    idle.append(` · ${facts.join(" · ")}`);
    write("h3", say("lines_of"), parent);
    const list = document.createElement("ul");
    for (const edge of [...node.edges].filter((e) => e.here).sort((a, b) => b.weight - a.weight || a.at - b.at)) {
      const other = edge.a === node ? edge.b : edge.a;
      const button = write("button", "", write("li", "", list));
      write("bdi", other.label, button);
      button.append(` · ${say("weight", { weight: edge.weight })}`);
      button.addEventListener("click", () => choose(edge, true));
    }
    parent.append(list);
  };
  const tellEdge = (edge, parent) => {
    const heading = write("h3", "", parent);
    write("bdi", edge.a.label, heading);
    heading.append(" – ");
    write("bdi", edge.b.label, heading);
    write("p", say("weight", { weight: edge.weight }), parent).className = "quiet";
    for (const end of [edge.a, edge.b]) {
      const button = write("button", end.label, parent, true);
      button.addEventListener("click", () => choose(end, true));
    }
    write("h3", `${say(cocited ? "citing" : "contexts")} (${persian(edge.via.length)})`, parent);
    const list = document.createElement("ul");
    for (const [id, label, title] of edge.via.map((place) => told.behind[place])) {
      const item = write("li", "", list);
      write("bdi", label, item);
      if (cocited && label !== id) { item.append(" "); write("code", id, item); }
      if (title) write("bdi", title, item).className = "title";
    }
    parent.append(list);
  };

  // ---- the key: what is filled, hollow or square, and the colours by their heaviest work
  const explain = (sign, paint, text, name) => {
    const item = write("li", "", byId("key"));
    const span = write("span", sign, item);
    span.style.color = paint;
    span.setAttribute("aria-hidden", "true");
    item.append(` ${text}`);
    if (name) { item.append(": "); write("bdi", name, item); }
  };
  const plain = cocited ? GREY : COLOURS[0];
  const there = new Set(nodes.map((node) => node.status));
  const signs = [["●", ["included"]], ["○", ["excluded", "not_retrieved", "awaiting"]], ["□", ["not a record"]]];
  for (const [sign, kinds] of signs) {
    const kind = kinds.find((name) => there.has(name));
    if (kind) explain(sign, plain, say(`status_${kind.replaceAll(" ", "_")}`));
  }
  if (cocited) {
    COLOURS.forEach((paint, at) => {
      const first = named.find((node) => node.community === at + 1);
      if (first) explain("●", paint, say("community", { number: at + 1 }), first.label);
    });
  }

  // ---- what is shown
  const number = (name) => { const text = latin(byId(name).value.trim()); return /^\d+$/.test(text) ? Number(text) : null; };
  const filter = () => {
    const least = steps[Number(byId("least").value)] ?? 0;
    const [from, to] = [number("from"), number("to")];
    const inYears = (node) => node.year === null || ((from === null || node.year >= from) && (to === null || node.year <= to));
    byId("least-told").textContent = persian(least);
    for (const node of nodes) node.here = false;
    for (const edge of edges) {
      edge.here = edge.weight >= least && inYears(edge.a) && inYears(edge.b);
      if (edge.here) edge.a.here = edge.b.here = true;
      edge.line.classList.toggle("off", !edge.here);
      edge.reach.classList.toggle("off", !edge.here);
    }
    for (const node of nodes) node.dot.classList.toggle("off", !node.here);
    const count = { nodes: nodes.filter((n) => n.here).length, edges: edges.filter((e) => e.here).length };
    byId("shown").textContent = say("shown", count);
    find();
  };
  const find = () => {
    sought = fold(byId("search").value.trim());
    const found = ranked.filter((node) => node.here && node.text.includes(sought));
    const list = byId("found");
    list.replaceChildren();
    if (!found.length) write("li", say("no_match"), list);
    for (const node of found) {
      const button = write("button", "", write("li", "", list));
      write("bdi", node.label, button);
      if (node.title) write("bdi", node.title.slice(0, 120), button).className = "title";
      button.addEventListener("click", () => { choose(node, true); look(node); });
    }
    mark();
  };
  const look = (node) => { view.x = node.x - view.w / 2; view.y = node.y - view.h / 2; show(); };

  byId("what").textContent = say(`what_${told.kind}`);
  if (told.left[0] || told.left[1]) byId("left").textContent = say("left", { nodes: told.left[0], edges: told.left[1] });
  const count = nodes.filter(nameless).length;
  if (count) byId("nameless").textContent = say("nameless", { count, nodes: nodes.length });
  byId("least").max = Math.max(steps.length - 1, 0);
  for (const name of ["least", "from", "to"]) byId(name).addEventListener("input", filter);
  byId("search").addEventListener("input", find);
  byId("names").addEventListener("change", letNamesStand);
  byId("in").addEventListener("click", () => zoom(1 / 1.25));
  byId("out").addEventListener("click", () => zoom(1.25));
  byId("all").addEventListener("click", all);
  byId("controls").addEventListener("submit", (event) => event.preventDefault());
  byId("search").addEventListener("keydown", (event) => {
    const first = byId("found").querySelector("button");
    if (event.key === "Enter" && first) first.click();
  });
  picture.classList.toggle("many", edges.length > 1000);
  show();
  filter();
  choose(null);
  new ResizeObserver(show).observe(picture);
})();
