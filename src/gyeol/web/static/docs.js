// Draws the OpenAPI document. Text only, and nothing from another site.

const answer = await fetch("/openapi.json");
const api = answer.ok ? await answer.json() : { paths: {} };
const place = document.getElementById("operations");
if (!answer.ok) place.textContent = `HTTP ${answer.status}`;

const make = (tag, words = "", name = "") => {
  const element = document.createElement(tag);
  element.textContent = words;
  if (name) element.className = name;
  return element;
};

// Puts what is referred to in its place, a few levels deep.
function resolve(schema, depth = 0) {
  if (Array.isArray(schema)) return schema.map((each) => resolve(each, depth));
  if (typeof schema !== "object" || schema === null) return schema;
  if (schema.$ref && depth < 6) return resolve(schema.$ref.slice(2).split("/").reduce((at, key) => at[key], api), depth + 1);
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "title").map(([key, value]) => [key, resolve(value, depth + 1)]));
}

const subjects = new Map();
for (const [path, methods] of Object.entries(api.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    const subject = operation.tags?.[0] ?? "other";
    subjects.set(subject, [...(subjects.get(subject) ?? []), [path, method, operation]]);
  }
}
for (const [subject, operations] of subjects) {
  place.append(make("h2", subject));
  for (const [path, method, operation] of operations) {
    const box = make("details", "", "operation");
    const summary = make("summary");
    summary.append(make("b", method.toUpperCase()), ` ${path}`);
    box.append(summary, make("p", operation.description ?? ""));
    const described = { parameters: operation.parameters, body: operation.requestBody?.content, responses: operation.responses };
    for (const [name, value] of Object.entries(described)) {
      if (!value) continue;
      box.append(make("p", name, "hint"), make("pre", JSON.stringify(resolve(value), null, 1)));
    }
    place.append(box);
  }
}
