// A port as a diagram: its facilities and stocks from left to right in the order of the steps, with the state of every
// server and the queue before it. Part of the replay (drawing_component.js), whose time it shows.

const BOX = { wide: 100, high: 92, across: 12, down: 12, head: 26, left: 4, squares: 16 };
const SERVERS = ["busy", "blocked", "free", "shut"];

class PortDiagram {
  constructor(parent, replay, port) {
    this.replay = replay;
    this.port = port;
    this.shown = -1;
    this.chosen = -1;
    this.box = element(parent, "div", "diagram");
    this.legend();
    this.most = this.own_most = Math.max(1, ...port.nodes.map((node) => this.longest(node)));
    const scroll = element(this.box, "div", "scroll");
    this.bands = [...new Set(port.nodes.map((node) => node.direction))].map((direction) => this.band(scroll, direction));
    this.facts = element(this.box, "div", "facts");
    this.facts.setAttribute("aria-live", "polite");
    element(this.facts, "div", "quiet", replay.say("port_click"));
  }

  // Waiting vehicles of all who use it; servers and their state are the same in each of its counts.
  count(node, what, sample) {
    if (what) return node.at.length ? this.replay.queued(node.at[0], what, sample) : 0;
    return node.at.reduce((sum, queue) => sum + this.replay.queued(queue, 0, sample), 0);
  }

  longest(node) {
    let most = 0;
    for (let k = 0; k < this.replay.samples; k++) most = Math.max(most, this.count(node, 0, k));
    return most;
  }

  legend() {
    const legend = element(this.box, "div", "legend");
    for (const state of SERVERS) {
      const entry = element(legend, "span");
      element(entry, "i", `server ${state}`);
      element(entry, "span", "", this.replay.say(`port_${state}`));
    }
    const entry = element(legend, "span");
    element(entry, "i", "waitbar");
    element(entry, "span", "", this.replay.say("port_queue"));
  }

  band(parent, direction) {
    const { nodes, edges } = this.port, own = nodes.map((node, k) => ({ ...node, k })).filter((node) => node.direction === direction);
    const columns = Math.max(...own.map((node) => node.column)) + 1, rows = Math.max(...own.map((node) => node.row)) + 1;
    const band = element(parent, "div", "band");
    element(band, "h5", "", own[0].towards);
    const width = columns * (BOX.wide + BOX.across) + BOX.left, height = rows * (BOX.high + BOX.down) + BOX.head;
    Object.assign(band.style, { width: `${width}px`, height: `${height}px` });
    const spot = (node) => [BOX.left + node.column * (BOX.wide + BOX.across), BOX.head + node.row * (BOX.high + BOX.down)];
    this.drawEdges(band, edges.map(([a, b]) => [nodes[a], nodes[b]]).filter(([a]) => a.direction === direction), spot, width, height);
    for (const node of own) {
      const [x, y] = spot(node), box = element(band, "button", "node");
      Object.assign(box.style, { left: `${x}px`, top: `${y}px`, width: `${BOX.wide}px`, height: `${BOX.high}px` });
      element(box, "span", "name", node.name).title = node.name;
      const servers = element(box, "span", "servers");
      const state = element(box, "span", "s"), queue = element(box, "span", "line");
      const bar = element(queue, "i", "waitbar"), number = element(queue, "b");
      box.onclick = () => this.choose(node);
      this.parts = this.parts || [];
      this.parts.push({ node, box, servers, state, bar, number, told: "" });
    }
    return band;
  }

  drawEdges(band, edges, spot, width, height) {
    const space = "http://www.w3.org/2000/svg", svg = document.createElementNS(space, "svg");
    svg.setAttribute("width", width);
    svg.setAttribute("height", height);
    svg.setAttribute("aria-hidden", "true");
    for (const [from, to] of edges) {
      const [x, y] = spot(from), [u, v] = spot(to), path = document.createElementNS(space, "path");
      const a = x + BOX.wide, b = y + BOX.high / 2, c = v + BOX.high / 2;
      path.setAttribute("d", `M${a} ${b}C${a + 12} ${b} ${u - 12} ${c} ${u} ${c}`);
      svg.appendChild(path);
    }
    band.appendChild(svg);
  }

  // The state at a sample of time; nothing is done while it lasts.
  tell(sample) {
    if (this.shown === sample) return;
    this.shown = sample;
    for (const part of this.parts) this.tellPart(part, sample);
    if (this.chosen >= 0) this.history(this.port.nodes[this.chosen], sample);
  }

  tellPart(part, sample) {
    const { node } = part, waiting = this.count(node, 0, sample);
    const busy = this.count(node, 1, sample), open = this.count(node, 2, sample), blocked = Math.min(busy, this.count(node, 3, sample));
    const told = `${waiting} ${busy} ${open} ${blocked}`;
    if (part.told === told) return;
    part.told = told;
    const free = Math.max(0, open - busy), shut = Math.max(0, node.servers - Math.max(open, busy));
    const states = node.servers ? { busy: busy - blocked, blocked, free, shut } : {};
    const all = busy + free + shut;
    part.servers.textContent = "";
    part.servers.classList.toggle("many", all > BOX.squares);
    for (const state of SERVERS) {
      if (all > BOX.squares && states[state]) element(part.servers, "i", `server ${state}`).style.flexGrow = states[state];
      if (all <= BOX.squares) for (let k = 0; k < (states[state] || 0); k++) element(part.servers, "i", `server ${state}`);
    }
    const say = (key) => this.replay.say(key), number = waiting.toLocaleString(this.replay.data.language);
    let state = node.servers ? say("busy").replace("{busy}", busy).replace("{servers}", open) : "";
    if (node.servers && !open) state = say("closed");
    const stuck = blocked ? say("port_stuck").replace("{blocked}", blocked) : "";
    part.state.textContent = [state, stuck].filter(Boolean).join(", ");
    part.bar.style.width = `${Math.ceil(60 * waiting / this.most)}px`;
    part.number.textContent = waiting ? number : "";
    part.box.setAttribute("aria-label", [node.name, `${number} ${say("waiting")}`, part.state.textContent].filter(Boolean).join(", "));
  }

  choose(node) {
    this.chosen = node.k;
    for (const part of this.parts) part.box.classList.toggle("on", part.node.k === node.k);
    this.facts.textContent = "";
    element(this.facts, "h4", "", node.title);
    if (node.at.length) {
      this.canvas = element(this.facts, "canvas");
      this.canvas.setAttribute("role", "img");
      this.canvas.setAttribute("aria-label", this.replay.say("port_history").replace("{most}", this.longest(node)));
      this.canvas.width = this.canvas.clientWidth * this.replay.scale;
      this.canvas.height = this.canvas.clientHeight * this.replay.scale;
      element(this.facts, "div", "quiet", this.replay.say("port_history").replace("{most}", this.longest(node)));
    }
    const table = element(this.facts, "table"), head = element(element(table, "thead"), "tr");
    ["number", "value", "grade", "source"].forEach((key) => { element(head, "th", "", this.replay.say(`port_${key}`)).scope = "col"; });
    const body = element(table, "tbody");
    for (const fact of node.facts) {
      const row = element(body, "tr");
      fact.slice(0, 3).forEach((text) => element(row, "td", "", text));
      const sources = element(row, "td");
      fact[3].forEach((title) => element(sources, "div", "", title));
    }
    this.history(node, Math.max(0, this.shown));
  }

  history(node, sample) {
    if (!node.at.length) return;
    const sum = Float64Array.from({ length: this.replay.samples }, (_, k) => this.count(node, 0, k));
    this.replay.course({ canvas: this.canvas, sum, most: Math.max(1, this.longest(node)) }, sample);
  }
}
