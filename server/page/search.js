import { call, path } from "/page/api.js";
import { collectionNames, vectorLabel, vectorsOf } from "/page/collections.js";
import { $, bars, element, fill, guarded, milliseconds } from "/page/dom.js";
import { snippets } from "/page/snippets.js";

const kTerms = 8;  // a hit shows

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

/// What the view asks for, as members of the API's search.
function asked() {
  const text = $("query").value.trim();
  if (text === "") throw new Error("Query: write a vector or words, or take a point's vector");
  const query = /^[[{]/.test(text) ? parsed("query", "Query") : { text, model: "temblor/bm25" };
  const params = { exact: $("exact").checked };
  if (isSparse()) params.sparse = settings();
  return {
    query, using: $("vector").value, limit: Number($("limit").value), params,
    filter: parsed("filter", "Filter"), with_payload: true,
  };
}

const searchPath = () => path($("collection").value, "/points/query");

/// The one place that knows the API of searches: hits with their id, score, payload and terms,
/// [name, share of the score] with the largest first, and the server's seconds.
async function ask(search) {
  const explained = isSparse() ? { ...search, with_vector: [search.using] } : search;
  const { result, seconds } = await call("POST", searchPath(), explained);
  const hits = result.points.map(({ id, score, payload, vector }) => {
    const found = vector?.[search.using] ?? vector;
    return { id, score, payload, terms: found?.indices && search.query.indices ? shares(search.query, found) : [] };
  });
  return { hits, seconds };
}

/// Each component's share of the score, largest first.
function shares(query, vector) {
  const weights = new Map(query.indices.map((index, i) => [index, query.values[i]]));
  const all = [];
  vector.indices.forEach((index, i) => {
    if (weights.has(index)) all.push([`component ${index}`, weights.get(index) * vector.values[i]]);
  });
  return all.sort((a, b) => b[1] - a[1]);
}

function hit({ id, score, payload, terms }) {
  const card = element("li", { class: "hit" },
    element("h3", {}, element("span", {}, String(id)), element("span", {}, score.toPrecision(6))));
  if (terms.length > 0)
    card.append(bars(terms.slice(0, kTerms).map(([name, share]) => [name, share, share.toPrecision(3)])));
  if (terms.length > kTerms) card.append(element("p", { class: "more" }, `and ${terms.length - kTerms} more terms`));
  const text = JSON.stringify(payload ?? {}, null, 1);
  if (text !== "{}") card.append(element("pre", { tabindex: "0", "aria-label": `Payload of ${id}` }, text));
  return card;
}

async function search() {
  const begin = performance.now();
  const { hits, seconds } = await ask(asked());
  const all = (performance.now() - begin) / 1000;
  $("timing").textContent = `${hits.length} hits, ${milliseconds(seconds)} in the server, ${milliseconds(all)} with the way there and back`;
  $("hits").replaceChildren(...hits.map(hit));
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

/// Also where the page came over plain HTTP from another machine and there is no clipboard to write.
async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = element("textarea", {}, text);
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

async function copy(kind) {
  await copyText(snippets[kind](location.origin + searchPath(), asked()));
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
