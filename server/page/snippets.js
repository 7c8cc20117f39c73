// A request as something to paste elsewhere. The key itself is left out: it is read from the
// environment.

import { key } from "/page/api.js";

const curl = (url, body) => [
  `curl -X POST '${url.replaceAll("'", "%27")}' \\`,
  "  -H 'Content-Type: application/json' \\",
  ...(key.get() ? ["  -H \"api-key: $TEMBLOR_API_KEY\" \\"] : []),
  `  -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`,
].join("\n");

// A JSON string is a string of Python as well.
const python = (url, body) => [
  `import json${key.get() ? ", os" : ""}, urllib.request`,
  "request = urllib.request.Request(",
  `    ${JSON.stringify(url)},`,
  `    data=${JSON.stringify(JSON.stringify(body))}.encode(),`,
  `    headers={"Content-Type": "application/json"${key.get() ? ", \"api-key\": os.environ[\"TEMBLOR_API_KEY\"]" : ""}})`,
  "print(json.load(urllib.request.urlopen(request)))",
].join("\n");

const javascript = (url, body) => [
  `const response = await fetch(${JSON.stringify(url)}, {`,
  "  method: \"POST\",",
  `  headers: { "Content-Type": "application/json"${key.get() ? ", \"api-key\": process.env.TEMBLOR_API_KEY" : ""} },`,
  `  body: JSON.stringify(${JSON.stringify(body)}),`,
  "});",
  "console.log(await response.json());",
].join("\n");

export const snippets = { curl, python, javascript };
