import { call, download, metrics, path } from "/page/api.js";
import { collectionNames } from "/page/collections.js";
import { $, bytes, count, drawing, element, fill, guarded, milliseconds } from "/page/dom.js";

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
  const line = values.map((one, i) => `${(i * 200) / (kKept - 1)},${38 - (36 * one) / most}`).join(" ");
  return element("article", { class: "card" }, element("h3", {}, text), element("span", {}, name),
    drawing("svg", { viewBox: "0 0 200 40", width: "100%", height: "40", role: "presentation" }, drawing("polyline", { points: line })));
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
  $("requests").tBodies[0].replaceChildren(...rows.map(({ labels, value }) => {
    const same = (other) => other.method === labels.method && other.route === labels.route;
    const failed = total(samples, "temblor_requests_total", (other) => same(other) && /[45]xx/.test(other.class));
    const seconds = total(samples, "temblor_request_seconds_sum", same);
    return element("tr", {}, ...[`${labels.method} ${labels.route || "(no route)"}`, count(value), count(failed), milliseconds(seconds / value)]
      .map((cell) => element("td", {}, cell)));
  }));
}

async function showSnapshots() {
  const collection = $("snapshot-collection").value;
  const rows = collection ? (await call("GET", path(collection, "/snapshots"))).result : [];
  $("snapshots").tBodies[0].replaceChildren(...rows.map((snapshot) => {
    const save = element("button", { type: "button" }, "Download");
    save.addEventListener("click", () => guarded(async () => {
      const url = URL.createObjectURL(await download(collection, snapshot.name));
      element("a", { href: url, download: snapshot.name }).click();
      setTimeout(() => URL.revokeObjectURL(url), 1000);
    }));
    const remove = element("button", { type: "button" }, "Delete");
    remove.addEventListener("click", () => guarded(async () => {
      if (!confirm(`Delete the snapshot ${snapshot.name}?`)) return;
      await call("DELETE", path(collection, `/snapshots/${encodeURIComponent(snapshot.name)}`));
      await showSnapshots();
    }));
    return element("tr", {}, element("td", {}, snapshot.name), element("td", {}, snapshot.creation_time),
      element("td", {}, bytes(snapshot.size)), element("td", {}, save, " ", remove));
  }));
}

async function read() {
  const samples = await metrics();
  showReadings(samples);
  showRequests(samples);
}

export async function showOperations() {
  fill($("snapshot-collection"), await collectionNames());
  await Promise.all([read(), showSnapshots()]);
}

export function wireOperations() {
  $("snapshot-collection").addEventListener("change", () => guarded(showSnapshots));
  $("snapshot").addEventListener("click", () => guarded(async () => {
    await call("POST", path($("snapshot-collection").value, "/snapshots"));
    await showSnapshots();
  }));
  setInterval(() => {
    if (!$("view-operations").hidden && !document.hidden) guarded(read);
  }, 2000);
}
