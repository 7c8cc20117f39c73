import { call, metrics, path } from "/page/api.js";
import { $, bars, bytes, count, element, facts, guarded, refill } from "/page/dom.js";
import { optimize, progressOf, tasks } from "/page/tasks.js";

export async function collectionNames() {
  const { result } = await call("GET", "/collections");
  return result.collections.map((one) => one.name).sort();
}

/// {name: "sparse" | distance} of a collection.
export async function vectorsOf(collection) {
  return vectorsIn((await call("GET", path(collection))).result.config.params);
}

function vectorsIn(params) {
  const vectors = {};
  const dense = params.vectors ?? {};
  if (typeof dense.size === "number") {
    vectors[""] = dense.distance;
  } else {
    for (const [name, settings] of Object.entries(dense)) vectors[name] = settings.distance;
  }
  for (const name of Object.keys(params.sparse_vectors ?? {})) vectors[name] = "sparse";
  return vectors;
}

export const vectorLabel = (vectors) => (name) => `${name || "(unnamed)"} · ${vectors[name]}`;

/// Bars of bytes, in the order given.
function parts(title, named) {
  return element("div", {}, element("h4", {}, `${title}: ${bytes(named.reduce((sum, [, size]) => sum + size, 0))}`),
    bars(named.map(([name, size]) => [name, size, bytes(size)])));
}

function optimizeButton(name, running) {
  const button = element("button", { type: "button", "aria-label": `Optimize ${name}` }, "Optimize");
  button.title = "Merges all segments into as few as possible";
  button.disabled = running.some((task) => task.kind === "optimize");
  button.addEventListener("click", () => guarded(async () => {
    await optimize(name);
    await showCollections();
  }));
  return button;
}

async function card(name, samples, running) {
  const info = (await call("GET", path(name))).result;
  const of = (metric, labels = {}) => samples.find((sample) => sample.name === metric &&
    sample.labels.collection === name &&
    Object.entries(labels).every(([label, value]) => sample.labels[label] === value))?.value ?? 0;
  const memory = (component) => of("temblor_memory_bytes", { component });
  const indexes = Object.entries(info.payload_schema).map(([key, index]) => `${key} (${index.data_type})`);
  const vectors = vectorsIn(info.config.params);
  return element("article", { class: "card" },
    element("div", { class: "head" }, element("h3", {}, name), optimizeButton(name, running)),
    ...running.map((task) => element("p", { class: "work" }, `${task.kind} `, progressOf(task))),
    facts([
      ["state", info.status + (info.optimizer_status === "ok" ? "" : `: ${info.optimizer_status.error}`)],
      ["points", count(info.points_count)],
      ["segments", count(info.segments_count)],
      ["dead rows", count(of("temblor_dead_rows"))],
      ["not in a segment yet", count(of("temblor_memtable_points"))],
      ["waiting to be sealed", count(of("temblor_waiting_memtables"))],
      ["being rebuilt", count(of("temblor_unindexed_points"))],
      ["vectors", Object.keys(vectors).map(vectorLabel(vectors)).join(", ") || "none"],
      ["payload indexes", indexes.join(", ") || "none"],
    ]),
    parts("Memory", [["segments, mapped", memory("segments")], ["memtables", memory("memtables")],
      ["database memtables", memory("database_memtables")], ["database cache", memory("database_cache")],
      ["database readers", memory("database_readers")]]),
    parts("Disk", [["segments", memory("segments")], ["database", of("temblor_database_bytes")]]));
}

export async function showCollections() {
  const [names, samples, listed] = await Promise.all([collectionNames(), metrics(), tasks()]);
  const running = (name) => listed.filter((task) => task.collection === name && task.state === "running");
  const cards = await Promise.all(names.map((name) => card(name, samples, running(name))));
  refill($("collection-list"), cards.length > 0 ? cards : [element("p", {}, "There are no collections yet.")]);
}

export function wireCollections() {
  setInterval(() => {
    if (!$("view-collections").hidden && !document.hidden) guarded(showCollections, true);
  }, 2000);
}
