// Talking to the server. A refusal is an ApiError with its status and what it says.

import { ask } from "./dialogs.js";

export class ApiError extends Error {
  constructor(status, body) {
    const detail = body?.detail;
    super(Array.isArray(detail) ? detail.map((each) => each.msg).join("; ") : (detail ?? `HTTP ${status}`));
    this.status = status;
    this.body = body;
  }
}

let entering = null;

async function request(method, path, body) {
  const form = body instanceof FormData;
  const options = { method, headers: body && !form ? { "Content-Type": "application/json" } : {} };
  if (body) options.body = form ? body : JSON.stringify(body);
  const answer = await fetch(path, options);
  if (answer.status === 401 && path !== "/api/login") {
    entering ??= enter().finally(() => { entering = null; });
    await entering;
    return request(method, path, body);
  }
  if (!answer.ok) throw new ApiError(answer.status, await answer.json().catch(() => null));
  return answer;
}

// The token comes after '#' in the address that the server printed (browsers do not send that part), or by hand.
async function enter() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    history.replaceState(null, "", location.pathname);
    if (await login(given)) return;
  }
  await ask("login", async (form) => ((await login(form.get("token"))) ? null : "✕"));
}

async function login(token) {
  try {
    await request("POST", "/api/login", { token });
    return true;
  } catch (error) {
    if (error.status === 401 || error.status === 422) return false;
    throw error;
  }
}

export const get = async (path) => (await request("GET", path)).json();
export const text = async (path) => (await request("GET", path)).text();
export const blob = async (path) => (await request("GET", path)).blob();
export const post = async (path, body) => (await request("POST", path, body)).json();
export const put = async (path, body) => (await request("PUT", path, body)).json();
