import { call, path } from "/page/api.js";
import { collectionNames, vectorLabel, vectorsOf } from "/page/collections.js";
import { $, element, fill, guarded, milliseconds } from "/page/dom.js";

let vectors = {};

const isSparse = () => vectors[$("vector").value] === "sparse";

function parsed(id, what) {
  const text = $(id).value.trim();
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${what}: ${error.message}`);
  }
}

export function settings() {
  return { query_cut: Number($("cut").value), heap_factor: Number($("factor").value) };
}

function body() {
  const query = parsed("query", "Query vector");
  if (query === undefined) throw new Error("Query vector: write one, or take a point's");
  const params = { exact: $("exact").checked };
  if (isSparse()) params.sparse = settings();
  return {
    query, using: $("vector").value, limit: Number($("limit").value), params,
    filter: parsed("filter", "Filter"), with_payload: true,
  };
}

/// Each component's share of the score, largest first.
function shares(query, vector) {
  const weights = new Map(query.indices.map((index, i) => [index, query.values[i]]));
  const all = [];
  vector.indices.forEach((index, i) => {
    if (weights.has(index)) all.push([index, weights.get(index) * vector.values[i]]);
  });
  return all.sort((a, b) => b[1] - a[1]).slice(0, 8);
}

function hit(point, query) {
  const card = element("li", { class: "hit" },
    element("h3", {}, element("span", {}, String(point.id)), element("span", {}, point.score.toPrecision(6))));
  const vector = isSparse() ? point.vector?.[$("vector").value] ?? point.vector : undefined;
  if (vector?.indices && query.indices) {
    const parts = shares(query, vector);
    const most = parts[0]?.[1] ?? 1;
    for (const [index, share] of parts) {
      const bar = element("div", { class: "bar", role: "presentation" });
      bar.style.width = `${(100 * share) / most}%`;
      card.append(element("div", { class: "share" },
        element("span", {}, `component ${index}`), bar, element("span", {}, share.toPrecision(3))));
    }
  }
  const payload = JSON.stringify(point.payload ?? {}, null, 1);
  if (payload !== "{}") card.append(element("pre", { tabindex: "0" }, payload));
  return card;
}

async function search() {
  const asked = body();
  const collection = $("collection").value;
  if (isSparse()) asked.with_vector = [$("vector").value];
  const begin = performance.now();
  const { result, seconds } = await call("POST", path(collection, "/points/query"), asked);
  const all = (performance.now() - begin) / 1000;
  $("timing").textContent = `${result.points.length} hits, ${milliseconds(seconds)} in the server, ${milliseconds(all)} with the way there and back`;
  $("hits").replaceChildren(...result.points.map((point) => hit(point, asked.query)));
}

async function takeSample() {
  const collection = $("collection").value;
  const name = $("vector").value;
  const { result } = await call("POST", path(collection, "/points/scroll"),
    { limit: 100, with_payload: false, with_vector: [name] });
  const given = result.points.map((point) => point.vector?.[name] ?? (name === "" ? point.vector : undefined))
    .filter((vector) => vector !== undefined);
  if (given.length === 0) throw new Error("The first points have no such vector");
  $("query").value = JSON.stringify(given[Math.floor(Math.random() * given.length)]);
}

const snippets = {
  curl: (url, asked) => `curl -X POST '${url}' \\\n  -H 'Content-Type: application/json' \\\n  -d '${JSON.stringify(asked).replaceAll("'", "'\\''")}'`,
  python: (url, asked) => `import json, urllib.request\nrequest = urllib.request.Request(\n    ${JSON.stringify(url)},\n    data=json.dumps(json.loads(r'''${JSON.stringify(asked)}''')).encode(),\n    headers={"Content-Type": "application/json"})\nprint(json.load(urllib.request.urlopen(request))["result"])`,
  javascript: (url, asked) => `const response = await fetch(${JSON.stringify(url)}, {\n  method: "POST", headers: {"Content-Type": "application/json"},\n  body: JSON.stringify(${JSON.stringify(asked)})});\nconsole.log((await response.json()).result);`,
};

async function copy(kind) {
  const url = location.origin + path($("collection").value, "/points/query");
  await navigator.clipboard.writeText(snippets[kind](url, body()));
  $("timing").textContent = `Copied as ${kind}.`;
}

async function chooseCollection() {
  vectors = $("collection").value ? await vectorsOf($("collection").value) : {};
  fill($("vector"), Object.keys(vectors), vectorLabel(vectors));
  chooseVector();
}

function chooseVector() {
  for (const row of document.querySelectorAll(".sparse-only")) row.hidden = !isSparse();
}

export async function showSearch() {
  fill($("collection"), await collectionNames());
  await chooseCollection();
}

export function wireSearch() {
  $("search-form").addEventListener("submit", (event) => {
    event.preventDefault();
    guarded(search);
  });
  $("sample").addEventListener("click", () => guarded(takeSample));
  $("collection").addEventListener("change", () => guarded(chooseCollection));
  $("vector").addEventListener("change", chooseVector);
  for (const id of ["cut", "factor"]) {
    $(id).addEventListener("input", () => { $(`${id}-value`).textContent = $(id).value; });
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () => guarded(() => copy(button.dataset.copy)));
  }
}
