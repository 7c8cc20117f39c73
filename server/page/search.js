import { call, path, send } from "/page/api.js";
import { collectionNames, vectorLabel, vectorsOf } from "/page/collections.js";
import { $, bars, element, facts, fill, guarded, milliseconds } from "/page/dom.js";
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
  const using = $("vector").value;
  const search = { limit: Number($("limit").value), filter: parsed("filter", "Filter"), explain: true };
  if (!/^[[{]/.test(text)) search.text = { text, using };
  else if (isSparse()) search.sparse = { ...parsed("query", "Query"), using };
  else search.dense = { vector: parsed("query", "Query"), using };
  if ($("exact").checked) search.exact = true;
  else if (isSparse() && $("steer").value === "recall") search.recall = Number($("recall").value);
  else if (isSparse()) search.params = { sparse: settings() };
  return search;
}

const searchPath = () => `/v1${path($("collection").value, "/search")}`;

/// [name, share of the score] with the largest first; none of a dense vector.
function terms(hit) {
  return (hit.explanation ?? []).flatMap((one) => one.components ?? [])
    .map(({ index, term, product }) => [term ?? `component ${index}`, product]);
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
  const body = asked();
  const begin = performance.now();
  $("timing").textContent = "Searching…";  // until the answer: what is below belongs to the search before
  const answer = await send("POST", searchPath(), body).then((response) => response.json())
    .catch((error) => {
      $("timing").textContent = "";
      throw error;
    });
  const all = (performance.now() - begin) / 1000;
  $("timing").textContent = `${answer.hits.length} hits, ${milliseconds(answer.took_ms / 1000)} in the server, ${milliseconds(all)} with the way there and back`;
  $("hits").replaceChildren(...answer.hits.map((one) => hit({ ...one, terms: terms(one) })));
  $("counters").replaceChildren(facts(Object.entries({ ...answer.counters, ...Object.values(answer.settings)[0] })));
  $("work").hidden = false;
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
  for (const label of document.querySelectorAll("[data-steer]")) label.hidden = label.dataset.steer !== $("steer").value;
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
  for (const id of ["vector", "steer"]) $(id).addEventListener("change", chooseVector);
  for (const id of ["recall", "cut", "factor"]) {
    $(id).addEventListener("input", () => { $(`${id}-value`).textContent = $(id).value; });
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () => guarded(() => copy(button.dataset.copy)));
  }
}
