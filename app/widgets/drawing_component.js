// The drawing component, and in it the replay: vehicles on the map and queues at the ports, drawn from one block of bytes
// (see replay_payload.py). The train graph is in train_graph.js. Nothing here calls the server or a network while it
// plays; all words come with the data.

const LAND = "#eceae4", WATER = "#f8fafb", RAIL = "#8296a8", ROAD = "#c9b99a", INK = "#333333";
const MOVING = 0, WAITING = 1, SERVED = 2, GONE = 3, IDLE = 4;
const STATES = ["moving", "waiting", "served", "gone", "idle"];
const SPEEDS = [15, 60, 180, 720];  // Minutes of the run in one second.
const RAD = Math.PI / 180;
const mounted = new WeakMap();

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".replay");
  const text = unpacked(data), known = mounted.get(root);
  // A rerun of the page that changes nothing here must not begin anew.
  if (known && known.data.key === text.key) return () => known.stop();
  known?.stop();
  const drawing = text.view === "train_graph" ? new TrainGraph(root, text) : new Replay(root, text);
  mounted.set(root, drawing);
  return () => drawing.stop();
}

function unpacked(data) {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  const whole = bytes.byteOffset % 8 ? bytes.slice() : bytes;
  const length = new DataView(whole.buffer, whole.byteOffset).getUint32(0, true);
  const text = JSON.parse(new TextDecoder().decode(whole.subarray(4, 4 + length)));
  const kinds = { int8: Int8Array, int16: Int16Array, uint16: Uint16Array, uint32: Uint32Array };
  for (const [name, [kind, at, size]] of Object.entries(text.arrays)) {
    text[name] = new kinds[kind](whole.buffer, whole.byteOffset + 4 + length + at, size);
  }
  return text;
}

function element(parent, tag, kind = "", text = "") {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  if (text) made.textContent = text;
  parent.appendChild(made);
  return made;
}

class Replay {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.minute = 0;
    this.speed = SPEEDS[1];
    this.playing = false;
    this.count = data.first.length - 1;
    this.at = Uint32Array.from(data.first.subarray(0, this.count));
    this.x = new Float32Array(this.count);
    this.y = new Float32Array(this.count);
    this.state = new Int8Array(this.count).fill(GONE);
    this.crowd = new Uint32Array(data.places.length);
    this.room = new Float32Array(data.places.length);
    this.scatter();
    this.samples = Math.ceil(data.minutes / data.sample_minutes);
    this.sprites = data.classes.map((k) => STATES.map((word, state) => sprite(k, state)));
    this.group = data.role ? (window.bridgeheadReplays ??= new Set()) : new Set();
    this.group.add(this);
    this.build();
    this.view = this.views.find((view) => view.port !== undefined && view.port === data.open) || this.views[1];
    this.join();
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(root);
    this.resize();
    if (this.view.port !== undefined) this.open();
  }

  // Of two replays on one clock, the one that follows has the time and the view of the one that leads, and both draw
  // their queues on one scale.
  join() {
    const leader = [...this.group].find((one) => one.data.role === "leads");
    if (leader && leader !== this) {
      this.minute = leader.minute;
      this.view = this.sameView(leader.view);
    }
    for (const port of this.ports) {
      const same = [...this.group].flatMap((one) => one.ports.filter((other) => other.name === port.name));
      const most = Math.max(...same.map((one) => one.own_most));
      same.forEach((one) => { one.most = most; one.told = null; });
    }
    for (const one of this.group) if (one !== this && one.ground) one.redraw();
  }

  sameView(view) { return { ...(this.views.find((one) => one.name === view.name) || this.views[1]) }; }

  followers() { return this.data.role === "leads" ? [...this.group].filter((one) => one !== this) : []; }

  stop() {
    this.group.delete(this);
    this.playing = false;
    cancelAnimationFrame(this.frame);
    this.watch.disconnect();
  }

  say(key) { return this.data.words[key]; }

  // What stands on the page -------------------------------------------------------------------------------------------

  build() {
    const { root, data } = this;
    root.textContent = "";
    const bar = element(root, "div", data.role === "follows" ? "bar follows" : "bar");
    this.button = element(bar, "button", "main", this.say("play"));
    this.button.onclick = () => this.toggle();
    const select = element(bar, "select");
    select.setAttribute("aria-label", this.say("speed"));
    SPEEDS.forEach((speed, k) => { element(select, "option", "", this.say(`speed_${speed}`)).value = k; });
    select.value = 1;
    select.onchange = () => { this.speed = SPEEDS[select.value]; };
    this.slider = element(bar, "input");
    Object.assign(this.slider, { type: "range", min: 0, max: data.minutes - 1, step: 10, value: 0 });
    this.slider.setAttribute("aria-label", this.say("time"));
    this.slider.oninput = () => { this.minute = Number(this.slider.value); this.redraw(); };
    this.clock = element(bar, "span", "clock");
    this.worldTime = this.clockForm(this.data.zone, {
      weekday: "short", year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit",
    });
    this.legend();
    const views = element(root, "div", data.role === "follows" ? "bar follows" : "bar");
    this.views = this.allViews();
    this.tabs = this.views.map((view) => {
      const tab = element(views, "button", "", view.name);
      tab.onclick = () => {
        for (const one of [this, ...this.followers()]) { one.view = one.sameView(view); one.open(); }
      };
      return tab;
    });
    const stage = this.stage = element(root, "div", "stage");
    const map = this.frameOfMap = element(stage, "div", "map");
    this.map = element(map, "canvas");
    this.tip = element(map, "div", "tip");
    this.tip.hidden = true;
    element(map, "div", "mark", this.say("schematic"));
    this.map.onpointermove = (event) => this.point(event);
    this.map.onpointerleave = () => { this.tip.hidden = true; this.hover = null; };
    this.map.addEventListener("wheel", (event) => this.zoom(event), { passive: false });
    this.map.onpointerdown = (event) => { this.drag = event; this.map.setPointerCapture(event.pointerId); };
    this.map.onpointerup = () => { this.drag = null; };
    this.diagrams = data.ports.map(() => null);
    const ports = this.cards = element(stage, "div", "ports");
    this.ports = data.ports.map((port) => this.card(ports, port));
  }

  legend() {
    const legend = element(this.root, "div", "legend");
    const entry = (icon, text) => {
      const span = element(legend, "span");
      span.appendChild(icon);
      element(span, "span", "", text);
    };
    const seen = new Set(Array.from(this.data.service, (k) => this.data.class_of_service[k]));
    this.data.classes.forEach((k, n) => { if (seen.has(n)) entry(sprite(k, MOVING, 2), k.name); });
    element(legend, "span", "gap");
    const plain = { colour: "#666666", rail: false };
    [MOVING, WAITING, SERVED].forEach((state) => entry(sprite(plain, state, 2), this.say(STATES[state])));
    if (this.data.state.includes(IDLE)) entry(sprite(plain, IDLE, 2), this.say("idle"));
    entry(sprite({ colour: "#666666", rail: true }, MOVING, 2), this.say("train"));
    entry(sprite(plain, MOVING, 2), this.say("road"));
  }

  card(parent, port) {
    const card = element(parent, "div", "port");
    const head = element(card, "h4", "", port.name);
    const total = element(head, "em");
    const sides = element(card, "div", "sides");
    const clocks = port.sides.filter((side) => side.zone).map((side) => ({
      node: element(sides, "span"),
      name: side.name,
      form: this.clockForm(side.zone, { weekday: "short", hour: "2-digit", minute: "2-digit" }),
    }));
    const canvas = element(card, "canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${port.name}: ${this.say("waiting")}`);
    const list = element(card, "div");
    const sum = new Float64Array(this.samples);
    port.queues.forEach((queue) => { for (let k = 0; k < this.samples; k++) sum[k] += this.queued(queue.at, 0, k); });
    const most = Math.max(1, ...sum);
    return { ...port, total, clocks, canvas, list, sum, most, own_most: most };
  }

  queued(queue, what, sample) { return this.data.counts[(queue * 4 + what) * this.samples + sample]; }

  clockForm(zone, parts) {
    return new Intl.DateTimeFormat(this.data.language, { timeZone: zone, hourCycle: "h23", ...parts });
  }

  // The map -----------------------------------------------------------------------------------------------------------

  allViews() {
    const { data } = this;
    const known = data.places.filter((place) => place[1] !== null);
    const whole = (places, least) => {
      const lons = places.map((p) => p[1]), lats = places.map((p) => p[2]);
      const lon = (Math.min(...lons) + Math.max(...lons)) / 2, lat = (Math.min(...lats) + Math.max(...lats)) / 2;
      const wide = (Math.max(...lons) - Math.min(...lons)) * RAD * Math.cos(lat * RAD);
      const high = (Math.max(...lats) - Math.min(...lats)) * RAD;
      return { lon, lat, wide: Math.max(wide, least), high: Math.max(high, least) };
    };
    const borders = data.ports.map((port) => port.sides.map((s) => data.places[s.place]).filter((p) => p && p[1] !== null));
    const views = [
      { name: this.say("network"), ...whole(known, 0.01) },
      { name: this.say("border"), ...whole(borders.flat().length ? borders.flat() : known, 0.01) },
    ];
    data.ports.forEach((port, k) => {
      if (port.nodes.length || borders[k].length) {
        views.push({ name: port.name, ...whole(borders[k].length ? borders[k] : known, 0.0007), near: true, port: k });
      }
    });
    return views;
  }

  // The diagram of a port in place of the map, if the port has facilities.
  open() {
    const { port } = this.view, shows = port !== undefined && this.data.ports[port].nodes.length > 0;
    if (shows && !this.diagrams[port]) {
      this.diagrams[port] = new PortDiagram(this.stage, this, this.data.ports[port]);
      this.stage.insertBefore(this.diagrams[port].box, this.cards);
    }
    this.diagram = shows ? this.diagrams[port] : null;
    const same = [...this.group].map((one) => one.diagram).filter((one) => one && one.port.name === this.diagram?.port.name);
    same.forEach((one) => { one.most = Math.max(...same.map((other) => other.own_most)); one.shown = -1; });
    this.diagrams.forEach((one) => { if (one) one.box.hidden = one !== this.diagram; });
    this.frameOfMap.hidden = shows;
    this.stage.classList.toggle("wide", shows);
    this.resize();
    this.project();
  }

  resize() {
    const narrow = this.root.clientWidth < 900;
    this.root.classList.toggle("narrow", narrow);
    this.root.classList.toggle("phone", this.root.clientWidth < 560);
    this.scale = window.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = this.map;
    if (!width || (width === this.width && height === this.height)) return;
    [this.width, this.height] = [width, height];
    [this.map.width, this.map.height] = [width * this.scale, height * this.scale];
    for (const port of this.ports) {
      port.canvas.width = port.canvas.clientWidth * this.scale;
      port.canvas.height = port.canvas.clientHeight * this.scale;
      port.drawn = "";
    }
    this.project();
  }

  // Conic, equal areas, parallels 35 and 60 degrees north: places and land on the screen, drawn once a view.
  project() {
    const { data, view } = this;
    const [a, b] = [Math.sin(35 * RAD), Math.sin(60 * RAD)];
    const n = (a + b) / 2, c = 1 - a * a + 2 * n * a;
    const rho = (lat) => Math.sqrt(Math.max(0, c - 2 * n * Math.sin(lat * RAD))) / n;
    const room = view.near ? 0.45 : 0.82;
    const fit = room * Math.min(this.width / view.wide, this.height / view.high);
    const zoom = fit * (view.zoom || 1), middle = rho(view.lat);
    this.km = 6371 / zoom;
    const to = (lon, lat) => {
      const turn = n * (lon - view.lon) * RAD, r = rho(lat);
      return [this.width / 2 + (view.dx || 0) + zoom * r * Math.sin(turn),
        this.height / 2 + (view.dy || 0) - zoom * (middle - r * Math.cos(turn))];
    };
    this.spots = data.places.map(([, lon, lat]) => (lon === null ? [-1e6, -1e6] : to(lon, lat)));
    this.tabs.forEach((tab, k) => tab.classList.toggle("on", this.views[k].name === view.name));
    this.ground = document.createElement("canvas");
    [this.ground.width, this.ground.height] = [this.map.width, this.map.height];
    const pen = this.ground.getContext("2d");
    pen.scale(this.scale, this.scale);
    pen.fillStyle = WATER;
    pen.fillRect(0, 0, this.width, this.height);
    this.drawLand(pen, to);
    this.drawLines(pen);
    this.labels = this.placed(pen);
    this.takePixels();
    this.redraw();
  }

  drawLand(pen, to) {
    const { land_first: first, land_xy: xy } = this.data;
    pen.fillStyle = LAND;
    pen.beginPath();
    for (let ring = 0; ring + 1 < first.length; ring++) {
      for (let k = first[ring]; k < first[ring + 1]; k++) {
        const [x, y] = to(xy[2 * k] / 100, xy[2 * k + 1] / 100);
        if (k === first[ring]) pen.moveTo(x, y); else pen.lineTo(x, y);
      }
      pen.closePath();
    }
    pen.fill();
    // Pieces of land do not quite meet; a thin edge closes the gaps.
    pen.strokeStyle = LAND;
    pen.stroke();
  }

  drawLines(pen) {
    for (const [a, b, rail] of this.data.lines) {
      pen.strokeStyle = rail ? RAIL : ROAD;
      pen.lineWidth = rail ? 1.6 : 1.2;
      pen.setLineDash(rail ? [] : [5, 3]);
      pen.beginPath();
      pen.moveTo(...this.spots[a]);
      pen.lineTo(...this.spots[b]);
      pen.stroke();
    }
    pen.setLineDash([]);
  }

  // The ground and the marks of vehicles as pixels: thousands of marks are stamped into a picture faster than drawn.
  takePixels() {
    const { width, height } = this.map;
    if (!width || !height) return;
    this.picture = new ImageData(width, height);
    this.buffer = new Uint32Array(this.picture.data.buffer);
    this.bare = new Uint32Array(this.ground.getContext("2d").getImageData(0, 0, width, height).data.buffer);
    this.stamps = this.sprites.map((states) => states.map((image) => stamp(image, this.scale, width)));
  }

  // Names of places: those at the border first, then the best connected, none over another.
  placed(pen) {
    const { data } = this;
    const rank = new Map();
    data.lines.forEach(([a, b]) => [a, b].forEach((k) => rank.set(k, (rank.get(k) || 0) + 1)));
    data.ports.forEach((port) => port.sides.forEach((side, k) => side.place >= 0 && rank.set(side.place, 200 - k * 50)));
    pen.font = "11.5px sans-serif";
    const taken = [], labels = [];
    for (const [k] of [...rank].sort((p, q) => q[1] - p[1] || p[0] - q[0])) {
      const [x, y] = this.spots[k], name = data.places[k][0], wide = pen.measureText(name).width;
      const box = [x + 7, y - 20, x + 9 + wide, y - 5];
      const inside = x > 0 && y > 22 && x + wide + 9 < this.width && y < this.height - 24;
      if (!inside || taken.some((o) => box[0] < o[2] && o[0] < box[2] && box[1] < o[3] && o[1] < box[3])) continue;
      taken.push(box);
      labels.push([name, x + 8, y - 8, x, y]);
    }
    return labels;
  }

  zoom(event) {
    event.preventDefault();
    const by = Math.exp(-event.deltaY * 0.0015);
    const x = event.offsetX - this.width / 2, y = event.offsetY - this.height / 2;
    const { dx = 0, dy = 0, zoom = 1 } = this.view;
    const next = Math.min(400, Math.max(0.3, zoom * by)), ratio = next / zoom;
    this.view = { ...this.view, zoom: next, dx: x - (x - dx) * ratio, dy: y - (y - dy) * ratio };
    this.project();
  }

  // Time --------------------------------------------------------------------------------------------------------------

  toggle() {
    this.playing = !this.playing;
    if (this.playing && this.minute >= this.data.minutes - 1) this.minute = 0;
    this.button.textContent = this.say(this.playing ? "pause" : "play");
    if (this.playing) {
      this.before = performance.now();
      this.frame = requestAnimationFrame((now) => this.step(now));
    }
    this.redraw();
  }

  step(now) {
    if (!this.playing) return;
    if (!this.root.isConnected) { this.stop(); return; }
    // A window in the background stands still; it goes on from there instead of leaping ahead. On a busy machine the
    // first picture may be older than the press of the button.
    this.minute += this.speed * Math.min(Math.max(now - this.before, 0), 100) / 1000;
    this.before = now;
    if (this.minute >= this.data.minutes - 1) {
      this.minute = this.data.minutes - 1;
      this.toggle();
      return;
    }
    this.redraw();
    this.frame = requestAnimationFrame((later) => this.step(later));
  }

  redraw() {
    if (!this.ground) return;
    this.locate();
    if (!this.diagram) this.draw();
    this.tell();
    if (this.hover) this.describe();
    for (const one of this.followers()) one.showTime(this.minute);
  }

  showTime(minute) {
    if (minute === this.minute) return;
    this.minute = Math.min(minute, this.data.minutes - 1);
    this.redraw();
  }

  // A crowd stands around its place, each where its number puts it, so that nobody jumps about. Also the order in which
  // vehicles are drawn: trains over road vehicles.
  scatter() {
    const { service, class_of_service, classes } = this.data, rails = [[], []];
    [this.aside, this.below] = [new Float32Array(this.count), new Float32Array(this.count)];
    this.klass = new Uint16Array(this.count);
    for (let v = 0; v < this.count; v++) {
      const out = Math.sqrt(scattered(v, 0x9e3779b1)), turn = 2 * Math.PI * scattered(v, 0x85ebca6b);
      [this.aside[v], this.below[v]] = [out * Math.cos(turn), out * Math.sin(turn)];
      this.klass[v] = class_of_service[service[v]];
      rails[classes[this.klass[v]].rail ? 1 : 0].push(v);
    }
    this.order = Uint32Array.from(rails.flat());
  }

  // Where each vehicle is now. Its station is nearly always the one of the picture before, or the next.
  locate() {
    const { first, minute, place, state } = this.data;
    const now = this.minute;
    this.crowd.fill(0);
    for (let v = 0; v < this.count; v++) {
      let k = this.at[v];
      while (k > first[v] && minute[k] > now) k--;
      while (k + 1 < first[v + 1] && minute[k + 1] <= now) k++;
      this.at[v] = k;
      this.state[v] = minute[k] > now ? GONE : state[k];
      if (this.state[v] !== MOVING && this.state[v] !== GONE) this.crowd[place[k]]++;
    }
    for (let k = 0; k < this.room.length; k++) this.room[k] = 1.15 * Math.sqrt(this.crowd[k]);
    this.totals = STATES.map(() => 0);
    for (let v = 0; v < this.count; v++) {
      if (this.state[v] === GONE) continue;
      this.totals[this.state[v]]++;
      const k = this.at[v], here = this.spots[place[k]];
      if (this.state[v] === MOVING) {
        const there = this.spots[place[k + 1]];
        const share = (now - minute[k]) / (minute[k + 1] - minute[k]);
        this.x[v] = here[0] + (there[0] - here[0]) * share;
        this.y[v] = here[1] + (there[1] - here[1]) * share;
      } else {
        this.x[v] = here[0] + this.room[place[k]] * this.aside[v];
        this.y[v] = here[1] + this.room[place[k]] * this.below[v];
      }
    }
  }

  draw() {
    if (!this.buffer) return;
    const pen = this.map.getContext("2d");
    this.buffer.set(this.bare);
    for (const v of this.order) {
      if (this.state[v] !== GONE) this.press(this.stamps[this.klass[v]][this.state[v]], this.x[v], this.y[v]);
    }
    pen.putImageData(this.picture, 0, 0);
    pen.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    pen.font = "11.5px sans-serif";
    pen.lineJoin = "round";
    for (const [name, x, y, px, py] of this.labels) {
      pen.fillStyle = INK;
      pen.fillRect(px - 1.5, py - 1.5, 3, 3);
      pen.strokeStyle = "#ffffffdd";
      pen.lineWidth = 3;
      pen.strokeText(name, x, y);
      pen.fillText(name, x, y);
    }
    this.drawScale(pen);
  }

  // One mark into the picture; marks that the edge would cut are left out.
  press({ size, at, pixel }, x, y) {
    const { width, height } = this.map;
    const left = Math.round(x * this.scale - size / 2), top = Math.round(y * this.scale - size / 2);
    if (left < 0 || top < 0 || left + size > width || top + size > height) return;
    const { buffer } = this, corner = top * width + left;
    for (let k = 0; k < at.length; k++) {
      const over = pixel[k], alpha = over >>> 24, here = corner + at[k];
      if (alpha === 255) {
        buffer[here] = over;
        continue;
      }
      // Red and blue together, then green: each channel is a byte.
      const under = buffer[here], rest = 255 - alpha;
      const sides = ((over & 0xff00ff) * alpha + (under & 0xff00ff) * rest) >>> 8 & 0xff00ff;
      const green = ((over & 0xff00) * alpha + (under & 0xff00) * rest) >>> 8 & 0xff00;
      buffer[here] = (0xff000000 | sides | green) >>> 0;
    }
  }

  drawScale(pen) {
    const km = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].filter((k) => k / this.km < 150).pop() || 1;
    const right = this.width - 12, bottom = this.height - 10;
    pen.strokeStyle = pen.fillStyle = "#666666";
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.moveTo(right - km / this.km, bottom);
    pen.lineTo(right, bottom);
    pen.stroke();
    pen.textAlign = "right";
    pen.fillText(`${km} ${this.say("km")}`, right, bottom - 5);
    pen.textAlign = "left";
  }

  // Clocks, queues ----------------------------------------------------------------------------------------------------

  tell() {
    const { data, root } = this;
    const when = new Date(data.start_ms + this.minute * 60000);
    this.clock.textContent = `${this.worldTime.format(when)} ${this.data.clock}`;
    if (document.activeElement !== this.slider || this.playing) this.slider.value = this.minute;
    const sample = Math.min(this.samples - 1, Math.floor(this.minute / data.sample_minutes));
    const [moving, waiting, served, , idle] = this.totals;
    Object.assign(root.dataset, { minute: Math.floor(this.minute), moving, waiting, served, idle });
    this.diagram?.tell(sample);
    for (const port of this.ports) {
      port.clocks.forEach((clock) => { clock.node.textContent = `${clock.name} ${clock.form.format(when)}`; });
      port.total.textContent = `${port.sum[sample].toLocaleString(data.language)} ${this.say("waiting")}`;
      this.course(port, sample);
      if (port.told !== sample) { port.told = sample; this.list(port, sample); }
    }
  }

  list(port, sample) {
    const rows = port.queues.map((queue) => [queue, this.queued(queue.at, 0, sample)]).filter((row) => row[1] > 0);
    rows.sort((p, q) => q[1] - p[1] || p[0].at - q[0].at);
    port.list.textContent = "";
    if (!rows.length) element(port.list, "div", "quiet", this.say("no_waiting"));
    for (const [queue, n] of rows.slice(0, 3)) {
      const row = element(port.list, "div", "queue");
      element(row, "i").style.width = `${100 * n / port.most}%`;
      element(row, "span", "name", queue.name).title = queue.name;
      element(row, "span", "n", n.toLocaleString(this.data.language));
      const busy = this.queued(queue.at, 1, sample), servers = this.queued(queue.at, 2, sample);
      const state = queue.stock ? "" : servers ? this.say("busy").replace("{busy}", busy).replace("{servers}", servers)
        : this.say("closed");
      element(row, "span", "s", state);
    }
  }

  // Everybody who waits for a port, over the window, with now marked; the curve is drawn once a size and scale.
  course(port, sample) {
    const { width, height } = port.canvas, key = `${width} ${height} ${port.most}`;
    if (!width || !height) return;
    const x = (k) => k / (this.samples - 1 || 1) * width;
    if (port.drawn !== key) [port.drawn, port.curve] = [key, this.curve(port, width, height, x)];
    else if (port.marked === sample) return;
    port.marked = sample;
    const pen = port.canvas.getContext("2d");
    pen.clearRect(0, 0, width, height);
    pen.drawImage(port.curve, 0, 0);
    pen.strokeStyle = INK;
    pen.lineWidth = this.scale;
    pen.beginPath();
    pen.moveTo(x(sample), 0);
    pen.lineTo(x(sample), height);
    pen.stroke();
  }

  curve(port, width, height, x) {
    const made = document.createElement("canvas"), y = (n) => height - 2 - n / port.most * (height - 6);
    [made.width, made.height] = [width, height];
    const pen = made.getContext("2d");
    pen.beginPath();
    pen.moveTo(0, height);
    port.sum.forEach((n, k) => pen.lineTo(x(k), y(n)));
    pen.lineTo(width, height);
    pen.fillStyle = "#f3dcc0";
    pen.fill();
    pen.strokeStyle = "#b36b00";
    pen.lineWidth = this.scale;
    pen.beginPath();
    port.sum.forEach((n, k) => (k ? pen.lineTo(x(k), y(n)) : pen.moveTo(x(k), y(n))));
    pen.stroke();
    return made;
  }

  // What is under the pointer -----------------------------------------------------------------------------------------

  point(event) {
    if (this.drag && event.buttons) {
      const { dx = 0, dy = 0 } = this.view;
      this.view = { ...this.view, dx: dx + event.movementX, dy: dy + event.movementY };
      this.project();
    }
    this.hover = [event.offsetX, event.offsetY];
    this.describe();
  }

  describe() {
    const [x, y] = this.hover;
    let nearest = -1, near = 64;
    for (let v = 0; v < this.count; v++) {
      if (this.state[v] === GONE) continue;
      const d = (this.x[v] - x) ** 2 + (this.y[v] - y) ** 2;
      if (d < near) [nearest, near] = [v, d];
    }
    const place = this.spots.findIndex(([px, py]) => (px - x) ** 2 + (py - y) ** 2 < 100);
    this.tip.hidden = nearest < 0 && place < 0;
    if (this.tip.hidden) return;
    this.tip.textContent = "";
    if (nearest >= 0) this.tellVehicle(nearest);
    const stands = nearest >= 0 && this.state[nearest] !== MOVING ? this.data.place[this.at[nearest]] : place;
    if (stands >= 0) this.tellPlace(stands);
    const right = x > this.width - 310, low = y > this.height - 150;
    this.tip.style.left = right ? "" : `${x + 14}px`;
    this.tip.style.right = right ? `${this.width - x + 14}px` : "";
    this.tip.style.top = low ? "" : `${y + 12}px`;
    this.tip.style.bottom = low ? `${this.height - y + 12}px` : "";
  }

  tellVehicle(v) {
    const { data } = this;
    const k = this.at[v], thing = data.things[data.thing[k]], state = STATES[this.state[v]];
    element(this.tip, "b", "", data.classes[data.class_of_service[data.service[v]]].name);
    element(this.tip, "div", "", data.services[data.service[v]]);
    const hours = ((this.minute - data.minute[k]) / 60).toFixed(1);
    const to = this.state[v] === MOVING ? data.places[data.place[k + 1]][0] : thing;
    element(this.tip, "div", "", this.say(`now_${state}`).replace("{at}", to).replace("{hours}", hours));
  }

  tellPlace(place) {
    const { data } = this;
    const counts = new Map();
    for (let v = 0; v < this.count; v++) {
      if (this.state[v] === GONE || this.state[v] === MOVING || data.place[this.at[v]] !== place) continue;
      const k = data.class_of_service[data.service[v]];
      const each = counts.get(k) || [0, 0, 0];
      each[[WAITING, SERVED, IDLE].indexOf(this.state[v])]++;
      counts.set(k, each);
    }
    element(this.tip, "b", "", data.places[place][0]);
    for (const [k, [waiting, served, idle]] of [...counts].sort((p, q) => q[1][0] - p[1][0])) {
      const told = this.say(idle ? "here_idle" : "here")
        .replace("{waiting}", waiting).replace("{served}", served).replace("{idle}", idle);
      element(this.tip, "div", "", `${data.classes[k].name}: ${told}`);
    }
  }
}

// A number from 0 to 1 that belongs to a vehicle and looks like chance.
function scattered(vehicle, factor) {
  const mixed = Math.imul(vehicle ^ (vehicle >>> 7) ^ 0x5bd1e995, factor);
  return (Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 0) / 2 ** 32;
}

// The visible pixels of a mark at the scale of the screen, with their places in a picture of that width.
function stamp(image, scale, width) {
  const size = Math.max(1, Math.round(image.width / 3 * scale)), canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0, size, size);
  const all = new Uint32Array(pen.getImageData(0, 0, size, size).data.buffer);
  const seen = Array.from(all.keys()).filter((k) => all[k] >>> 24);
  const at = Int32Array.from(seen, (k) => Math.floor(k / size) * width + k % size);
  return { size, at, pixel: Uint32Array.from(seen, (k) => all[k]) };
}

// A vehicle as a small picture, three times as large as it is drawn: squares run on rails, full ones move, hollow ones
// wait, those with a dark rim are being served, small grey ones are idle: they wait for demand, in no queue.
function sprite(kind, state, shown = 3) {
  const size = kind.rail ? 9 : 6, canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * 3;
  if (shown !== 3) canvas.style.width = canvas.style.height = `${size * 3 / shown}px`;
  const pen = canvas.getContext("2d"), edge = 3;
  pen.beginPath();
  if (state === IDLE) {
    pen.arc(size * 1.5, size * 1.5, size * 0.6, 0, 2 * Math.PI);
    pen.fillStyle = "#b8b8b8";
    pen.fill();
    return canvas;
  }
  if (kind.rail) pen.rect(edge, edge, size * 3 - 2 * edge, size * 3 - 2 * edge);
  else pen.arc(size * 1.5, size * 1.5, size * 1.5 - edge, 0, 2 * Math.PI);
  pen.fillStyle = state === WAITING ? "#ffffff" : kind.colour;
  pen.fill();
  pen.strokeStyle = state === WAITING ? kind.colour : state === MOVING ? "#ffffff" : "#222222";
  pen.lineWidth = state === MOVING ? 2 : 4;
  pen.stroke();
  return canvas;
}
