// Long work: the table of tasks, and the progress of one collection.

import { send } from "/page/api.js";
import { $, cells, count, element, guarded, milliseconds, refill } from "/page/dom.js";

export async function tasks() {
  return (await (await send("GET", "/v1/tasks")).json()).tasks;
}

export const optimize = (collection) =>
  send("POST", `/v1/collections/${encodeURIComponent(collection)}/optimize`);

function duration(seconds) {
  if (seconds < 1) return milliseconds(seconds);
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/// A bar for work that knows its end, words for all.
export function progressOf(task) {
  const done = task.total > 0 ? `${count(task.done)} of ${count(task.total)}` : task.done > 0 ? count(task.done) : "";
  const words = element("span", {}, [task.stage, done].filter(Boolean).join(": "));
  if (task.state !== "running") return element("span", {}, task.error ?? words);
  const bar = element("progress", { "aria-label": `${task.kind} of ${task.collection}` });
  if (task.total > 0) {
    bar.max = task.total;
    bar.value = task.done;
  }
  return element("span", { class: "progress" }, bar, words);
}

function cancelButton(task, after) {
  const button = element("button", { type: "button", "aria-label": `Cancel task ${task.id}` }, task.cancelling ? "Ending" : "Cancel");
  button.disabled = task.cancelling;
  button.addEventListener("click", () => guarded(async () => {
    await send("DELETE", `/v1/tasks/${task.id}`);
    await after();
  }));
  return button;
}

export async function showTasks() {
  const rows = (await tasks()).map((task) => cells(
    task.id === null ? "–" : String(task.id), task.kind, task.collection,
    element("span", { class: `state ${task.state}` }, task.state), progressOf(task), duration(task.seconds),
    task.cancellable ? cancelButton(task, showTasks) : ""));
  refill($("tasks").tBodies[0], rows);
  $("tasks").parentElement.hidden = rows.length === 0;
  $("no-tasks").hidden = rows.length > 0;
}

export async function showSlow() {
  const { queries, slower_than_ms: least } = await (await send("GET", "/v1/slow-queries")).json();
  const rows = queries.map((one) => cells(
    one.time.slice(0, 19).replace("T", " "), `${one.method} ${one.route || one.target}`, one.collection,
    String(one.status), milliseconds(one.ms / 1000),
    Object.entries(one.counters).map(([name, value]) => `${name} ${count(value)}`).join(", "), one.request_id));
  refill($("slow").tBodies[0], rows);
  $("slow").parentElement.hidden = rows.length === 0;
  $("no-slow").textContent = rows.length > 0 ? `Longer than ${count(least)} ms, the last ${queries.length}.` : `None took longer than ${count(least)} ms.`;
}
