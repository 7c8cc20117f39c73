import { call, path } from "/page/api.js";
import { collectionNames, vectorsOf } from "/page/collections.js";
import { $, drawing, element, fill, guarded } from "/page/dom.js";
import { settings } from "/page/search.js";

const kGrid = [2, 4, 8, 16].flatMap((query_cut) => [0.6, 0.75, 0.9, 1].map((heap_factor) => ({ query_cut, heap_factor })));

async function sampled(collection, vector, wanted) {
  const { result } = await call("POST", path(collection, "/points/scroll"),
    { limit: 10 * wanted, with_payload: false, with_vector: [vector] });
  const all = result.points.map((point) => point.vector?.[vector]).filter((one) => one?.indices?.length > 0);
  for (let i = all.length - 1; i > 0; --i) {
    const j = Math.floor(Math.random() * (i + 1));
    [all[i], all[j]] = [all[j], all[i]];
  }
  return all.slice(0, wanted);
}

async function batch(collection, vector, queries, k, params) {
  const { result, seconds } = await call("POST", path(collection, "/points/query/batch"),
    { searches: queries.map((query) => ({ query, using: vector, limit: k, params })) });
  return { found: result.map((one) => one.points), seconds: seconds / queries.length };
}

/// The share of the exact hits that were found; hits as good as the last exact one count.
function accuracy(exact, found) {
  let sum = 0;
  exact.forEach((truth, i) => {
    if (truth.length === 0) { sum += 1; return; }
    const least = truth[truth.length - 1].score * (1 - 1e-3);
    sum += Math.min(1, found[i].filter((point) => point.score >= least).length / truth.length);
  });
  return sum / exact.length;
}

function draw(points, current) {
  const width = Math.max(320, Math.min(640, $("curve").clientWidth)), height = width / 2, left = 52, bottom = 36;
  const most = Math.max(...points.map((point) => point.seconds)) * 1.08;
  const least = Math.max(0, Math.min(...points.map((point) => point.accuracy)) - 0.02);
  const x = (point) => left + ((width - left - 12) * point.seconds) / most;
  const y = (point) => 12 + ((height - bottom - 12) * (1 - point.accuracy)) / (1 - least || 1);
  const svg = drawing("svg", { viewBox: `0 0 ${width} ${height}`, width: "100%", role: "img", "aria-label": "Accuracy over milliseconds a query" });
  svg.append(
    drawing("line", { class: "axis", x1: left, y1: height - bottom, x2: width, y2: height - bottom }),
    drawing("line", { class: "axis", x1: left, y1: 0, x2: left, y2: height - bottom }));
  for (let i = 0; i <= 4; ++i) {
    const value = least + ((1 - least) * i) / 4;
    svg.append(drawing("text", { x: 4, y: y({ accuracy: value }) + 4 }, `${(100 * value).toFixed(1)} %`));
    svg.append(drawing("text", { x: x({ seconds: (most * i) / 4 }), y: height - bottom + 16, "text-anchor": i === 4 ? "end" : "middle" }, `${((most * i) / 4 * 1000).toFixed(2)}`));
  }
  svg.append(drawing("text", { x: width, y: height - 4, "text-anchor": "end" }, "milliseconds a query, in the server"));
  let best = -1;
  const frontier = [...points].sort((a, b) => a.seconds - b.seconds).filter((point) => {
    if (point.accuracy <= best) return false;
    best = point.accuracy;
    return true;
  });
  svg.append(drawing("polyline", { points: frontier.map((point) => `${x(point)},${y(point)}`).join(" ") }));
  for (const point of points) {
    const now = point.query_cut === current.query_cut && point.heap_factor === current.heap_factor;
    svg.append(drawing("circle", { class: now ? "dot now" : "dot", cx: x(point), cy: y(point), r: now ? 6 : 4 },
      drawing("title", {}, `query_cut ${point.query_cut}, heap_factor ${point.heap_factor}: ${(100 * point.accuracy).toFixed(2)} %, ${(point.seconds * 1000).toFixed(3)} ms${now ? " (the search view's setting)" : ""}`)));
  }
  $("curve").replaceChildren(svg);
}

async function measure() {
  const collection = $("recall-collection").value, vector = $("recall-vector").value;
  const k = Number($("recall-k").value);
  if (!vector) throw new Error("This collection has no sparse vector; dense ones are searched exactly");
  const queries = await sampled(collection, vector, Number($("samples").value));
  if (queries.length === 0) throw new Error("The first points have no such vector");
  const exact = await batch(collection, vector, queries, k, { exact: true });
  const current = settings();
  const grid = kGrid.some((one) => one.query_cut === current.query_cut && one.heap_factor === current.heap_factor)
    ? kGrid : [...kGrid, current];
  const points = [];
  for (const one of grid) {
    $("recall-status").textContent = `${points.length} of ${grid.length} settings, ${queries.length} queries each`;
    const found = await batch(collection, vector, queries, k, { sparse: one });
    points.push({ ...one, seconds: found.seconds, accuracy: accuracy(exact.found, found.found) });
    draw(points, current);
  }
  $("recall-status").textContent = `${queries.length} queries; exact search takes ${(exact.seconds * 1000).toFixed(3)} ms. The ringed dot is the search view's setting.`;
  $("recall-table").parentElement.hidden = false;
  $("recall-table").tBodies[0].replaceChildren(...points.sort((a, b) => a.seconds - b.seconds).map((point) =>
    element("tr", {}, ...[point.query_cut, point.heap_factor, `${(100 * point.accuracy).toFixed(2)} %`, (point.seconds * 1000).toFixed(3)]
      .map((cell) => element("td", {}, String(cell))))));
}

async function chooseCollection() {
  const vectors = $("recall-collection").value ? await vectorsOf($("recall-collection").value) : {};
  fill($("recall-vector"), Object.keys(vectors).filter((name) => vectors[name] === "sparse"), (name) => name || "(unnamed)");
}

export async function showRecall() {
  fill($("recall-collection"), await collectionNames());
  await chooseCollection();
}

export function wireRecall() {
  $("recall-collection").addEventListener("change", () => guarded(chooseCollection));
  $("recall-form").addEventListener("submit", (event) => {
    event.preventDefault();
    guarded(measure);
  });
}
