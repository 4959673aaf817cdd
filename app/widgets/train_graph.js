// The train graph: trains of a line over time and distance, drawn from one block of bytes (see train_graph_payload.py).
// Part of the drawing component (drawing_component.js), which has the helpers; nothing here calls the server.

const MOVES = -1, ENDS = -3;
const GRAPH = { left: 150, right: 14, top: 8, bottom: 36, wait: 3.6, line: 1.3, near: 7, most: 200, flush: 40, margin: 0.5, slice: 8 };
const TICKS = [600, 1800, 3600, 10800, 21600, 43200, 86400, 172800, 604800, 2592000];  // Seconds between two times.

class TrainGraph {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.count = data.first.length - 1;
    this.y = data.stations.map((station) => station[1] / data.stations.at(-1)[1]);  // 0 to 1 over the line.
    this.begin = new Float64Array(this.count);
    this.end = new Float64Array(this.count);
    this.longest = 0;
    for (let t = 0; t < this.count; t++) {
      this.begin[t] = data.time[data.first[t]];
      this.end[t] = data.time[data.first[t + 1] - 1];
      this.longest = Math.max(this.longest, this.end[t] - this.begin[t]);
    }
    this.matters = importance(data, this.count);
    this.waited = this.waits();
    this.shifts = new Map();
    this.day = this.form({ weekday: "short", year: "numeric", month: "short", day: "numeric" });
    this.hour = this.form({ hour: "2-digit", minute: "2-digit" });
    this.full = this.form({ month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
    this.build();
    this.hover = -1;
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(root);
    this.resize();
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.watch.disconnect();
  }

  say(key) { return this.data.words[key]; }

  form(parts) {
    return new Intl.DateTimeFormat(this.data.language, { timeZone: this.data.zone, hourCycle: "h23", ...parts });
  }

  // Seconds that the line's clock is ahead of UTC at a second of the graph; an hour more in summer where it has one.
  ahead(second) {
    const hour = Math.floor((this.data.start_ms / 1000 + second) / 3600);
    if (!this.shifts.has(hour)) {
      const [own, plain] = [this.data.zone, "UTC"].map(
        (timeZone) => new Date(new Date(hour * 3.6e6).toLocaleString("en-US", { timeZone })));
      this.shifts.set(hour, (own - plain) / 1000);
    }
    return this.shifts.get(hour);
  }

  at(form, second) { return form.format(new Date(this.data.start_ms + second * 1000)); }

  // What stands on the page -------------------------------------------------------------------------------------------

  build() {
    const { root, data } = this;
    root.textContent = "";
    const bar = element(root, "div", "bar");
    const button = (word, act) => { element(bar, "button", "", this.say(word)).onclick = act; };
    button("graph_whole", () => this.show(data.from, data.to));
    button("graph_day", () => this.show(this.view.from, this.view.from + 86400));
    button("graph_in", () => this.zoomed(0.5, 0.5));
    button("graph_out", () => this.zoomed(2, 0.5));
    this.period = element(bar, "span", "clock");
    const legend = element(root, "div", "legend");
    const seen = new Set(Array.from(data.service, (k) => data.class_of_service[k]));
    data.classes.forEach((klass, k) => {
      if (!seen.has(k)) return;
      const entry = element(legend, "span");
      element(entry, "i", "stroke").style.background = klass.colour;
      element(entry, "span", "", klass.name);
    });
    const stage = element(root, "div", "map graph");
    this.canvas = element(stage, "canvas");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "img");
    this.tip = element(stage, "div", "tip");
    this.tip.hidden = true;
    element(root, "div", "quiet", data.note);
    this.table = element(root, "details", "twin");
    element(this.table, "summary", "", this.say("graph_table"));
    this.rows = element(this.table, "div", "scroll");
    this.table.ontoggle = () => this.tabulate();
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.canvas.onpointerdown = (event) => { this.drag = true; this.canvas.setPointerCapture(event.pointerId); };
    this.canvas.onpointerup = () => { this.drag = false; };
    this.canvas.onpointermove = (event) => this.point(event);
    this.canvas.onpointerleave = () => { this.hover = -1; this.tip.hidden = true; this.redraw(); };
    this.canvas.onkeydown = (event) => this.key(event);
    this.show(data.from, data.to, true);
    if (data.to - data.from > 3 * 86400) this.show(data.from, data.from + 2 * 86400, true);
  }

  resize() {
    this.scale = window.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || (width === this.width && height === this.height)) return;
    [this.width, this.height] = [width, height];
    [this.canvas.width, this.canvas.height] = [width * this.scale, height * this.scale];
    this.redraw();
  }

  // The part that is shown: seconds from..to, and the share top..low of the line ----------------------------------------

  show(from, to, quiet = false) {
    const whole = this.data.to - this.data.from;
    const long = Math.min(Math.max(to - from, 1800), whole);
    const begin = Math.min(Math.max(from, this.data.from), this.data.to - long);
    this.view = { top: 0, low: 1, ...this.view, from: begin, to: begin + long };
    if (!quiet) this.redraw();
  }

  zoomed(by, share) {
    const { from, to } = this.view, middle = from + (to - from) * share;
    this.show(middle - (middle - from) * by, middle + (to - middle) * by);
  }

  wheel(event) {
    event.preventDefault();
    const by = Math.exp((event.deltaY || event.deltaX) * 0.0015);
    if (!event.shiftKey) {
      this.zoomed(by, Math.min(1, Math.max(0, (event.offsetX - GRAPH.left) / this.inner())));
      return;
    }
    const { top, low } = this.view, at = top + (low - top) * (event.offsetY - GRAPH.top) / this.deep();
    const high = Math.min(1, Math.max(0.05, (low - top) * by));
    const start = Math.min(Math.max(0, at - (at - top) / (low - top) * high), 1 - high);
    Object.assign(this.view, { top: start, low: start + high });
    this.redraw();
  }

  key(event) {
    const { from, to } = this.view, step = (to - from) / 4;
    const acts = {
      ArrowLeft: () => this.show(from - step, to - step),
      ArrowRight: () => this.show(from + step, to + step),
      "+": () => this.zoomed(0.5, 0.5),
      "-": () => this.zoomed(2, 0.5),
      Home: () => this.show(this.data.from, this.data.from + to - from),
      End: () => this.show(this.data.to - (to - from), this.data.to),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  inner() { return Math.max(1, this.width - GRAPH.left - GRAPH.right); }

  deep() { return Math.max(1, this.height - GRAPH.top - GRAPH.bottom); }

  // Drawing -----------------------------------------------------------------------------------------------------------

  redraw() {
    if (!this.width) return;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  // The trains that may be in view are neighbours: they are sorted by their first second.
  range(from = this.view.from, to = this.view.to) {
    const after = (second) => {
      let low = 0, high = this.count;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.begin[middle] < second) low = middle + 1; else high = middle;
      }
      return low;
    };
    return [after(from - this.longest), after(to)];
  }

  // A frame: axes, the picture of the trains, moved and scaled to the view, and a part of the work on the next picture, so
  // that moving stays smooth however many trains there are.
  draw() {
    const { view } = this, pen = this.canvas.getContext("2d");
    const second = (view.to - view.from) / this.inner(), share = (view.low - view.top) / this.deep();
    this.x = (time) => GRAPH.left + (time - view.from) / second;
    this.high = (station) => GRAPH.top + (this.y[station] - view.top) / share;
    if (!this.job && !this.covers()) this.job = this.painted();
    this.work();
    pen.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, this.width, this.height);
    this.drawTimes(pen, second);
    this.drawStations(pen);
    pen.save();
    pen.beginPath();
    pen.rect(GRAPH.left, GRAPH.top - 2, this.inner(), this.deep() + 4);
    pen.clip();
    if (this.picture) {
      const { canvas, from, to, top, low } = this.picture, y = GRAPH.top + (top - view.top) / share;
      pen.drawImage(canvas, this.x(from), y, (to - from) / second, (low - top) / share);
    }
    if (this.hover >= 0) this.mark(pen);
    pen.restore();
    this.tellPeriod();
    if (this.job) this.frame = requestAnimationFrame(() => this.draw());
  }

  // Whether the picture shows the view in its scale.
  covers() {
    const { picture, view } = this;
    if (!picture || picture.width !== this.inner() || picture.height !== this.deep() || picture.scale !== this.scale) return false;
    const long = view.to - view.from, same = (a, b, size) => Math.abs(a - b) < size * 1e-6;
    const begins = Math.max(this.data.from, view.from - long * GRAPH.margin / 2);
    const ends = Math.min(this.data.to, view.to + long * GRAPH.margin / 2);
    return same(picture.long, long, long) && same(picture.top, view.top, 1) && same(picture.low, view.low, 1)
      && picture.from <= begins && picture.to >= ends;
  }

  work() {
    const begun = performance.now();
    while (this.job && performance.now() - begun < GRAPH.slice) {
      const step = this.job.next();
      if (!step.done) continue;
      this.picture = step.value;
      this.job = this.covers() ? null : this.painted();
    }
  }

  // Paints the trains of the view, and of some time before and after it, a few at a time; returns the picture.
  * painted() {
    const { data } = this, { from, to, top, low } = this.view, width = this.inner(), height = this.deep();
    const long = to - from, begin = from - long * GRAPH.margin, end = to + long * GRAPH.margin, second = long / width;
    const canvas = document.createElement("canvas");
    canvas.width = width * (1 + 2 * GRAPH.margin) * this.scale;
    canvas.height = height * this.scale;
    const pen = canvas.getContext("2d", { willReadFrequently: true }), scale = this.scale;
    pen.scale(scale, scale);
    pen.lineJoin = "round";
    const x = (time) => (time - begin) / second, y = (station) => (this.y[station] - top) / (low - top) * height;
    const [first, last] = this.range(begin, end), least = second * 0.7;
    const paths = data.classes.map(() => [new Path2D(), new Path2D(), 0]);
    const flush = (k) => {
      const [way, waits] = paths[k];
      pen.strokeStyle = data.classes[k].colour;
      pen.lineWidth = GRAPH.line;
      pen.stroke(way);
      pen.lineWidth = GRAPH.wait;
      pen.stroke(waits);
      paths[k] = [new Path2D(), new Path2D(), 0];
    };
    for (let t = first; t < last; t++) {
      if (this.end[t] < begin) continue;
      const k = data.class_of_service[data.service[t]], path = paths[k];
      this.trace(t, least, path[0], path[1], x, y);
      if (++path[2] < GRAPH.flush) continue;
      flush(k);
      // A browser only notes what to draw until it is read; so each part is drawn in its own frame.
      pen.getImageData(0, 0, 1, 1);
      yield;
    }
    for (let k = 0; k < paths.length; k++) {
      if (!paths[k][2]) continue;
      flush(k);
      pen.getImageData(0, 0, 1, 1);
      yield;
    }
    return { canvas, from: begin, to: end, top, low, long, width, height, scale };
  }

  // One train: its way without the points that matter less than a part of a pixel, and its waits.
  trace(t, least, way, waits, x, y) {
    const { data, matters } = this;
    for (let k = data.first[t]; k < data.first[t + 1]; k++) {
      if (matters[k] >= least) {
        if (k === data.first[t]) way.moveTo(x(data.time[k]), y(data.station[k]));
        else way.lineTo(x(data.time[k]), y(data.station[k]));
      }
      if (data.state[k] >= 0 && data.time[k + 1] - data.time[k] >= least) {
        const at = y(data.station[k]);
        waits.moveTo(x(data.time[k]), at);
        waits.lineTo(x(data.time[k + 1]), at);
      }
    }
  }

  mark(pen) {
    const way = new Path2D(), waits = new Path2D();
    this.trace(this.hover, 0, way, waits, this.x, this.high);
    pen.strokeStyle = INK;
    pen.lineWidth = 2.6;
    pen.stroke(way);
    pen.lineWidth = 5;
    pen.stroke(waits);
  }

  drawStations(pen) {
    const { stations } = this.data, right = this.width - GRAPH.right;
    pen.font = "11.5px sans-serif";
    pen.textAlign = "right";
    let written = -100;
    const last = this.high(stations.length - 1);
    stations.forEach(([name, km, place], k) => {
      const y = this.high(k);
      if (y < GRAPH.top - 2 || y > GRAPH.top + this.deep() + 2) return;
      pen.strokeStyle = place ? "#a8a8a8" : "#e4e4e4";
      pen.lineWidth = 0.8;
      pen.beginPath();
      pen.moveTo(GRAPH.left, y);
      pen.lineTo(right, y);
      pen.stroke();
      const room = y - written >= 13 && (k === stations.length - 1 || !place || last - y >= 13);
      if ((place || this.view.low - this.view.top < 0.35) && room) {
        written = y;
        pen.fillStyle = place ? INK : "#888888";
        pen.fillText(`${place ? name : ""} ${Math.round(km)}`, GRAPH.left - 7, y + 4, GRAPH.left - 10);
      }
    });
    pen.textAlign = "left";
  }

  drawTimes(pen, second) {
    const { from, to } = this.view, step = TICKS.find((tick) => tick / second >= 46) || TICKS.at(-1);
    const bottom = GRAPH.top + this.deep();
    pen.font = "11px sans-serif";
    pen.textAlign = "center";
    const start = this.data.start_ms / 1000, first = start + from + this.ahead(from);
    let told = -1e9;
    for (let clock = Math.ceil(first / step) * step; ; clock += step) {
      const near = clock - start - this.ahead(from), t = clock - start - this.ahead(near);
      if (t > to) break;
      const x = this.x(t), whole = clock % 86400 === 0;
      pen.strokeStyle = whole ? "#c2c2c2" : "#eeeeee";
      pen.lineWidth = 0.8;
      pen.beginPath();
      pen.moveTo(x, GRAPH.top);
      pen.lineTo(x, bottom);
      pen.stroke();
      pen.fillStyle = INK;
      if (step < 86400) pen.fillText(this.at(this.hour, t), x, bottom + 14);
      if (whole && x - told > 110) {
        pen.fillText(this.at(this.day, t), x, bottom + 29);
        told = x;
      }
    }
    pen.textAlign = "left";
  }

  tellPeriod() {
    const { from, to, top, low } = this.view, now = `${from} ${to} ${top} ${low}`;
    if (now === this.told) return;
    this.told = now;
    const [first, last] = this.range();
    let shown = 0;
    for (let t = first; t < last; t++) if (this.end[t] >= from) shown++;
    const text = `${this.at(this.full, from)} – ${this.at(this.full, to)} ${this.data.clock}`;
    this.period.textContent = text;
    const told = this.say("graph_label").replace("{count}", shown.toLocaleString(this.data.language)).replace("{period}", text);
    this.canvas.setAttribute("aria-label", told);
    Object.assign(this.root.dataset, { trains: shown, from: Math.round(from), to: Math.round(to) });
    if (this.table.open) this.tabulate();
  }

  // What is under the pointer -----------------------------------------------------------------------------------------

  point(event) {
    if (this.drag && event.buttons) {
      const by = (this.view.to - this.view.from) / this.inner() * event.movementX;
      const deep = this.view.low - this.view.top, up = deep / this.deep() * event.movementY;
      const top = Math.min(Math.max(0, this.view.top - up), 1 - deep);
      Object.assign(this.view, { top, low: top + deep });
      this.show(this.view.from - by, this.view.to - by);
      this.tip.hidden = true;
      return;
    }
    this.describe(event.offsetX, event.offsetY);
  }

  // The train nearest to the pointer at the kilometre of the pointer; a train is at a kilometre once, or waits there.
  nearest(x, y) {
    const { data, view } = this, second = (view.to - view.from) / this.inner();
    const time = view.from + (x - GRAPH.left) * second;
    const at = view.top + (view.low - view.top) * (y - GRAPH.top) / this.deep();
    const [first, last] = this.range(), reach = GRAPH.near * second;
    let best = -1, near = reach;
    for (let t = first; t < last; t++) {
      if (this.begin[t] > time + reach || this.end[t] < time - reach) continue;
      for (let k = data.first[t]; k + 1 < data.first[t + 1]; k++) {
        if (data.time[k + 1] < time - reach) continue;
        if (data.time[k] > time + reach) break;
        const a = this.y[data.station[k]], b = this.y[data.station[k + 1]];
        let distance = reach;
        if (a === b) {
          const stands = Math.abs(a - at) * this.deep() / (view.low - view.top) < GRAPH.near;
          if (stands) distance = Math.max(0, data.time[k] - time, time - data.time[k + 1]);
        } else if ((at - a) * (at - b) <= 0) {
          distance = Math.abs(data.time[k] + (at - a) / (b - a) * (data.time[k + 1] - data.time[k]) - time);
        }
        if (distance < near) [best, near] = [t, distance];
      }
    }
    return best;
  }

  describe(x, y) {
    const before = this.hover;
    this.hover = x < GRAPH.left ? -1 : this.nearest(x, y);
    this.tip.hidden = this.hover < 0;
    if (this.hover !== before) {
      this.redraw();
      if (this.hover >= 0) this.tell(this.hover);
    }
    if (this.hover < 0) return;
    const right = x > this.width - 330, low = y > this.height - 190;
    this.tip.style.left = right ? "" : `${x + 14}px`;
    this.tip.style.right = right ? `${this.width - x + 14}px` : "";
    this.tip.style.top = low ? "" : `${y + 12}px`;
    this.tip.style.bottom = low ? `${this.height - y + 12}px` : "";
  }

  name(t) { return `${this.data.services[this.data.service[t]]}-${String(this.data.number[t]).padStart(6, "0")}`; }

  station(k) { return this.data.stations[this.data.station[k]][0]; }

  // Waits of each train, in hours.
  waits() {
    const { data } = this, waited = new Float32Array(this.count);
    for (let t = 0; t < this.count; t++) {
      for (let k = data.first[t]; k + 1 < data.first[t + 1]; k++) {
        if (data.state[k] >= 0) waited[t] += (data.time[k + 1] - data.time[k]) / 3600;
      }
    }
    return waited;
  }

  longestWaits(t) {
    const { data } = this, found = [];
    for (let k = data.first[t]; k + 1 < data.first[t + 1]; k++) {
      if (data.state[k] >= 0) found.push([data.time[k + 1] - data.time[k], k]);
    }
    return found.sort((p, q) => q[0] - p[0] || p[1] - q[1]);
  }

  waitText(wait) {
    const minutes = Math.round(wait[0] / 60), cause = this.data.causes[this.data.state[wait[1]]];
    return this.say("graph_wait").replace("{place}", this.station(wait[1])).replace("{minutes}", minutes).replace("{cause}", cause);
  }

  way(t) {
    const first = this.data.first[t], last = this.data.first[t + 1] - 1;
    const end = (k) => `${this.station(k)} ${this.at(this.full, this.data.time[k])}`;
    return [end(first), end(last)];
  }

  hours(t) { return this.say("graph_waited").replace("{hours}", this.waited[t].toFixed(1)); }

  tell(t) {
    const { data, tip } = this;
    tip.textContent = "";
    element(tip, "b", "", `${data.classes[data.class_of_service[data.service[t]]].name} ${this.name(t)}`);
    element(tip, "div", "", this.way(t).join(" – "));
    element(tip, "div", "", this.hours(t));
    const waits = this.longestWaits(t);
    waits.slice(0, 6).forEach((wait) => element(tip, "div", "", this.waitText(wait)));
    if (waits.length > 6) element(tip, "div", "quiet", this.say("graph_more").replace("{count}", waits.length - 6));
  }

  // The same as text: the trains in view, for screen readers and for all.
  tabulate() {
    if (!this.table.open || !this.view) return;
    const [first, last] = this.range(), shown = [];
    for (let t = first; t < last && shown.length < GRAPH.most; t++) if (this.end[t] >= this.view.from) shown.push(t);
    this.rows.textContent = "";
    const table = element(this.rows, "table"), head = element(element(table, "thead"), "tr");
    ["train", "class", "from", "to", "waits"].forEach((key) => { element(head, "th", "", this.say(`graph_col_${key}`)).scope = "col"; });
    const body = element(table, "tbody");
    for (const t of shown) {
      const row = element(body, "tr"), waits = this.longestWaits(t).slice(0, 3).map((wait) => this.waitText(wait));
      const klass = this.data.classes[this.data.class_of_service[this.data.service[t]]].name;
      [this.name(t), klass, ...this.way(t), [this.hours(t), ...waits].join("; ")].forEach((text) => element(row, "td", "", text));
    }
    if (shown.length === GRAPH.most) element(this.rows, "div", "quiet", this.say("graph_first").replace("{count}", GRAPH.most));
  }
}

// How many seconds the drawn way would be wrong without each point (Douglas and Peucker, along the axis of time). A point
// of which less than the half of a pixel depends need not be drawn. Ends always matter.
function importance(data, count) {
  const matters = new Float32Array(data.time.length), km = data.stations.map((station) => station[1]);
  const stack = [];
  for (let t = 0; t < count; t++) {
    const first = data.first[t], last = data.first[t + 1] - 1;
    matters[first] = matters[last] = Infinity;
    stack.push([first, last, Infinity]);
    while (stack.length) {
      const [a, b, most] = stack.pop();
      if (b - a < 2) continue;
      const y = km[data.station[a]], way = km[data.station[b]] - y, time = data.time[b] - data.time[a];
      let worst = -1, at = a + 1;
      for (let k = a + 1; k < b; k++) {
        const share = way ? (km[data.station[k]] - y) / way : 0;
        const off = way ? Math.abs(data.time[k] - data.time[a] - share * time) : Math.min(data.time[k] - data.time[a], data.time[b] - data.time[k]);
        if (off > worst) [worst, at] = [off, k];
      }
      matters[at] = Math.min(worst, most);
      stack.push([a, at, matters[at]], [at, b, matters[at]]);
    }
  }
  return matters;
}
