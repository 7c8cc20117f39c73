// Requests to this server.

export const key = {
  get: () => sessionStorage.getItem("temblor-key") ?? "",
  set: (value) => sessionStorage.setItem("temblor-key", value),
};

const headers = () => ({
  "Content-Type": "application/json",
  ...(key.get() ? { "api-key": key.get() } : {}),
});

export async function send(method, path, body) {
  const response = await fetch(path, {
    method, headers: headers(), body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) {
    const text = await response.text();
    let said = text;
    try {
      const json = JSON.parse(text);
      said = json.detail ?? json.status?.error ?? text;
    } catch { /* not JSON: as it is */ }
    throw new Error(`${response.status}: ${said}`);
  }
  return response;
}

/// What stands under "result", with the server's seconds.
export async function call(method, path, body) {
  const json = await (await send(method, path, body)).json();
  return { result: json.result, seconds: json.time };
}

export const path = (collection, rest = "") => `/collections/${encodeURIComponent(collection)}${rest}`;

export async function root() {
  return (await send("GET", "/")).json();
}

export async function download(collection, name) {
  return (await send("GET", path(collection, `/snapshots/${encodeURIComponent(name)}`))).blob();
}

/// Prometheus' text as [{name, labels, value}].
export async function metrics() {
  const text = await (await send("GET", "/metrics")).text();
  const samples = [];
  for (const line of text.split("\n")) {
    const match = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!match) continue;
    const labels = {};
    for (const [, name, value] of (match[2] ?? "").matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)) {
      labels[name] = value;
    }
    samples.push({ name: match[1], labels, value: Number(match[3]) });
  }
  return samples;
}
