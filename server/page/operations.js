import { call, download, metrics, path, send } from "/page/api.js";
import { collectionNames } from "/page/collections.js";
import { $, bytes, cells, count, drawing, element, fill, guarded, milliseconds, refill } from "/page/dom.js";
import { showSlow, showTasks } from "/page/tasks.js";

const kKept = 60;  // readings a sparkline shows
const history = new Map();
let last = null;

const total = (samples, name, wanted = () => true) =>
  samples.filter((sample) => sample.name === name && wanted(sample.labels)).reduce((sum, sample) => sum + sample.value, 0);

function spark(name, value, text) {
  const values = history.get(name) ?? [];
  values.push(value);
  if (values.length > kKept) values.shift();
  history.set(name, values);
  const most = Math.max(...values, 1e-9);
  const first = kKept - values.length;  // the newest is on the right
  const line = values.map((one, i) => `${((first + i) * 200) / (kKept - 1)},${38 - (36 * one) / most}`).join(" ");
  return element("article", { class: "card" }, element("h3", {}, text), element("span", {}, name),
    drawing("svg", { viewBox: "0 0 200 40", width: "100%", height: "40", preserveAspectRatio: "none", role: "presentation" }, drawing("polyline", { points: line })));
}

function showReadings(samples) {
  const now = performance.now();
  const counters = {
    requests: total(samples, "temblor_request_seconds_count"),
    searches: total(samples, "temblor_searches_total"),
    documents: total(samples, "temblor_search_documents_total"),
    bytes: total(samples, "temblor_search_bytes_total"),
  };
  const rate = (name) => last ? Math.max(0, (counters[name] - last.counters[name]) / ((now - last.now) / 1000)) : 0;
  const waiting = total(samples, "temblor_requests_waiting");
  const resident = total(samples, "temblor_resident_bytes");
  const debt = total(samples, "temblor_memtable_points");
  $("sparks").replaceChildren(
    spark("requests a second", rate("requests"), count(Math.round(rate("requests")))),
    spark("searches a second", rate("searches"), count(Math.round(rate("searches")))),
    spark("documents scored a second", rate("documents"), count(Math.round(rate("documents")))),
    spark("bytes of the index read a second", rate("bytes"), bytes(rate("bytes"))),
    spark("requests that wait for a thread", waiting, count(waiting)),
    spark("open connections", total(samples, "temblor_connections"), count(total(samples, "temblor_connections"))),
    spark("resident memory", resident, bytes(resident)),
    spark("points in no segment yet", debt, count(debt)));
  last = { now, counters };
}

function showRequests(samples) {
  const rows = samples.filter((sample) => sample.name === "temblor_request_seconds_count" && sample.value > 0)
    .sort((a, b) => b.value - a.value);
  refill($("requests").tBodies[0], rows.map(({ labels, value }) => {
    const same = (other) => other.method === labels.method && other.route === labels.route;
    const failed = total(samples, "temblor_requests_total", (other) => same(other) && /[45]xx/.test(other.class));
    const seconds = total(samples, "temblor_request_seconds_sum", same);
    return cells(`${labels.method} ${labels.route || "(no route)"}`, count(value), count(failed), milliseconds(seconds / value));
  }));
}

async function save(collection, name) {
  const url = URL.createObjectURL(await download(collection, name));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

async function remove(collection, name) {
  if (!confirm(`Delete the snapshot ${name}?`)) return;
  await call("DELETE", path(collection, `/snapshots/${encodeURIComponent(name)}`));
  await showSnapshots();
}

function button(words, name, work) {
  const made = element("button", { type: "button", "aria-label": `${words} ${name}` }, words);
  made.addEventListener("click", () => guarded(work));
  return made;
}

async function showSnapshots() {
  const collection = $("snapshot-collection").value;
  const snapshots = collection ? (await call("GET", path(collection, "/snapshots"))).result : [];
  $("snapshots").parentElement.hidden = snapshots.length === 0;
  $("no-snapshots").hidden = snapshots.length > 0;
  refill($("snapshots").tBodies[0], snapshots.map(({ name, creation_time: made, size }) => cells(
    name, made.replace("T", " "), bytes(size),
    element("span", { class: "row" }, button("Download", name, () => save(collection, name)),
      button("Delete", name, () => remove(collection, name))))));
}

async function read() {
  const samples = await metrics();
  showReadings(samples);
  showRequests(samples);
  await Promise.all([showTasks(), showSlow(), showSnapshots()]);
}

export async function showOperations() {
  fill($("snapshot-collection"), await collectionNames());
  await read();
}

export function wireOperations() {
  $("snapshot-collection").addEventListener("change", () => guarded(showSnapshots));
  $("snapshot").addEventListener("click", () => guarded(async () => {
    const collection = $("snapshot-collection").value;
    if (!collection) throw new Error("There is no collection yet");
    await send("POST", path(collection, "/snapshots?wait=false"));
    await showTasks();
  }));
  setInterval(() => {
    if (!$("view-operations").hidden && !document.hidden) guarded(read, true);
  }, 2000);
}
