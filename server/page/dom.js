// Small helpers over the page's elements. Text is always set as text.

export const $ = (id) => document.getElementById(id);

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

export function drawing(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/// Puts `children` into `parent`, where others of their kind may be. What is as it was stays, and
/// who stands on a button with a label stays there.
export function refill(parent, children) {
  const before = [...parent.children];
  const focused = parent.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
  children.forEach((child, i) => {
    if (before[i] === undefined) parent.append(child);
    else if (before[i].outerHTML !== child.outerHTML) before[i].replaceWith(child);
  });
  for (const left of before.slice(children.length)) left.remove();
  if (focused === null || parent.contains(document.activeElement)) return;
  [...parent.querySelectorAll("[aria-label]")].find((one) => one.getAttribute("aria-label") === focused)?.focus();
}

export const cells = (...values) => element("tr", {}, ...values.map((value) => element("td", {}, value)));

export function fill(select, values, label = (value) => value) {
  const before = select.value;
  select.replaceChildren(...values.map((value) => element("option", { value }, label(value))));
  if (values.includes(before)) select.value = before;
}

export function facts(pairs) {
  return element("dl", {}, ...pairs.flatMap(([name, value]) => [
    element("dt", {}, name), element("dd", {}, String(value)),
  ]));
}

/// Bars with names and values, [name, size, text], in aligned columns; the largest has full length.
export function bars(rows) {
  const most = Math.max(...rows.map(([, size]) => size), Number.MIN_VALUE);
  return element("div", { class: "bars" }, ...rows.flatMap(([name, size, text]) => {
    const bar = element("div", { class: "bar", role: "presentation" });
    bar.style.width = `${(100 * size) / most}%`;
    return [element("span", {}, name), element("div", {}, ...(size > 0 ? [bar] : [])), element("span", {}, text)];
  }));
}

export function bytes(count) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  while (count >= 1000 && unit < units.length - 1) { count /= 1000; ++unit; }
  return `${unit === 0 ? count : count.toFixed(1)} ${units[unit]}`;
}

export const count = (value) => Number(value).toLocaleString("en");

export function milliseconds(seconds) {
  return seconds < 0.001 ? `${(seconds * 1e6).toFixed(0)} µs` : `${(seconds * 1e3).toFixed(2)} ms`;
}

/// Runs `work`; what goes wrong is shown on top of the page until other work goes well. What is
/// done time and again says so, and leaves alone what was said of the rest.
export async function guarded(work, again = false) {
  const problem = $("problem");
  const by = again ? "again" : "once";
  if (!again) problem.hidden = true;
  try {
    await work();
    if (problem.dataset.by === by) problem.hidden = true;
  } catch (error) {
    if (again && !problem.hidden && problem.dataset.by === "once") return;
    problem.textContent = error.message;
    problem.dataset.by = by;
    problem.hidden = false;
  }
}
