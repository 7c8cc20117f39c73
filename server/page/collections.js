import { call, metrics, path } from "/page/api.js";
import { $, bytes, count, element, facts } from "/page/dom.js";

export async function collectionNames() {
  const { result } = await call("GET", "/collections");
  return result.collections.map((one) => one.name).sort();
}

/// {name: "sparse" | distance} of a collection.
export async function vectorsOf(collection) {
  const { params } = (await call("GET", path(collection))).result.config;
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

async function card(name, samples) {
  const info = (await call("GET", path(name))).result;
  const of = (metric, labels = {}) => samples.find((sample) => sample.name === metric &&
    sample.labels.collection === name &&
    Object.entries(labels).every(([label, value]) => sample.labels[label] === value))?.value ?? 0;
  const memory = (component) => bytes(of("temblor_memory_bytes", { component }));
  const indexes = Object.entries(info.payload_schema).map(([key, index]) => `${key} (${index.data_type})`);
  const vectors = await vectorsOf(name);
  return element("article", { class: "card" },
    element("h3", {}, name),
    facts([
      ["state", info.status + (info.optimizer_status === "ok" ? "" : `: ${info.optimizer_status.error}`)],
      ["points", count(info.points_count)],
      ["segments", count(info.segments_count)],
      ["dead rows", count(of("temblor_dead_rows"))],
      ["not in a segment yet", count(of("temblor_memtable_points"))],
      ["waiting to be sealed", count(of("temblor_waiting_memtables"))],
      ["being rebuilt", count(of("temblor_unindexed_points"))],
      ["segments, mapped", memory("segments")],
      ["memtables", memory("memtables")],
      ["database memtables", memory("database_memtables")],
      ["database cache", memory("database_cache")],
      ["database on disk", bytes(of("temblor_database_bytes"))],
      ["vectors", Object.keys(vectors).map(vectorLabel(vectors)).join(", ") || "none"],
      ["payload indexes", indexes.join(", ") || "none"],
    ]));
}

export async function showCollections() {
  const names = await collectionNames();
  const samples = await metrics();
  const cards = await Promise.all(names.map((name) => card(name, samples)));
  $("collection-list").replaceChildren(...(cards.length > 0 ? cards : [element("p", {}, "There are no collections yet.")]));
}
