import { key, root } from "/page/api.js";
import { showCollections, wireCollections } from "/page/collections.js";
import { $, guarded } from "/page/dom.js";
import { showOperations, wireOperations } from "/page/operations.js";
import { showRecall, wireRecall } from "/page/recall.js";
import { showSearch, wireSearch } from "/page/search.js";

const views = { search: showSearch, recall: showRecall, collections: showCollections, operations: showOperations };

function show() {
  const chosen = location.hash.slice(1) in views ? location.hash.slice(1) : "search";
  for (const name of Object.keys(views)) $(`view-${name}`).hidden = name !== chosen;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${chosen}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  guarded(views[chosen]);
}

wireSearch();
wireRecall();
wireCollections();
wireOperations();
$("key").value = key.get();
$("key").addEventListener("change", () => {
  key.set($("key").value);
  show();
});
addEventListener("hashchange", show);
show();
guarded(async () => { $("version").textContent = `Temblor ${(await root()).engine_version}`; });
