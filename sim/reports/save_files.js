// A table or chart as a file, without a network.
function save(name, content, kind) {
  const link = document.createElement("a");
  link.href = content instanceof Blob ? URL.createObjectURL(content) : content;
  link.download = name.replace(/[\\/:*?"<>|\s]+/g, "_") + "." + kind;
  link.click();
}
function asCsv(rows) {
  const cell = text => /[",\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  const text = rows.map(row => row.map(one => cell(String(one ?? ""))).join(",")).join("\r\n");
  return new Blob(["\ufeff" + text + "\r\n"], { type: "text/csv" });
}
function headingOf(element) {
  let found = "";
  for (const one of document.querySelectorAll("h1, h2, h3"))
    if (one.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING) found = one.textContent;
  return found;
}

// The rows of a table: headings over several columns are put before those below, headings over rows into a column.
function rowsOfTable(table) {
  const text = cell => [...cell.childNodes].map(node => node.textContent).filter(Boolean).join(" ");
  const over = [...table.querySelectorAll("tr.above th")].flatMap(cell => Array(cell.colSpan).fill(text(cell)));
  const grouped = table.querySelector("tr.over") !== null;
  const rows = [];
  let group = "";
  for (const row of table.querySelectorAll("tr:not(.above)")) {
    const cells = [...row.cells].map(text);
    if (row.className === "over") { group = cells[0]; continue; }
    const isHead = row.querySelector("th") !== null;
    const shown = isHead ? cells.map((cell, k) => [over[k], cell].filter(Boolean).join(" ")) : cells;
    rows.push(grouped ? [isHead ? "" : group, ...shown] : shown);
  }
  return rows;
}

// The numbers behind a chart, as its tooltips name them, below the title of their part of the chart.
function rowsOfChart(spec) {
  const parts = new Map();
  function walk(node, data, title) {
    if (!node || typeof node !== "object") return;
    if (Array.isArray(node)) { node.forEach(one => walk(one, data, title)); return; }
    data = node.data?.name ?? data;
    const own = node.title?.text ?? node.title;
    if ((node.hconcat || node.vconcat || node.layer || node.mark || node.spec) && own) title = String(own);
    const tips = node.encoding?.tooltip;
    if (Array.isArray(tips) && spec.datasets?.[data]) {
      const key = JSON.stringify([data, title]);
      parts.set(key, { data, title, fields: { ...parts.get(key)?.fields, ...Object.fromEntries(tips.map(tip => [tip.field, tip.title])) } });
    }
    for (const key of ["hconcat", "vconcat", "concat", "layer", "spec"]) walk(node[key], data, title);
  }
  walk(spec, spec.data?.name, "");
  const rows = [];
  let last = "";
  for (const { data, title, fields } of parts.values()) {
    const head = ["", ...Object.values(fields)];
    if (head.join() !== last) rows.push(...(rows.length ? [[]] : []), head);
    last = head.join();
    for (const row of spec.datasets[data]) rows.push([title, ...Object.keys(fields).map(field => row[field])]);
  }
  return rows;
}
