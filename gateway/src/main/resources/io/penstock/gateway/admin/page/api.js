// SPDX-License-Identifier: Apache-2.0
// Calls of the admin API, with the token when there is one.

const TOKEN = 'penstock-token';
const PATIENCE_MILLIS = 5000;

/** The API said no. */
export class Refusal extends Error {
  constructor(status, body) {
    const told = body !== null && typeof body === 'object' ? body : {};
    super(told.detail ?? told.error ?? told.title ?? `the gateway answered ${status}`);
    this.status = status;
    this.problems = Array.isArray(told.problems) ? told.problems : [];
  }

  /** Every problem in words, or what there is to say when none is listed. */
  get lines() {
    return this.problems.length === 0 ? [this.message] : this.problems.map(problem => {
      const found = problem.found === undefined || problem.found === null || problem.found === '' ? '' : ` (found ${problem.found})`;
      return `${problem.path ? `${problem.path}: ` : ''}${problem.verdict ?? problem.detail ?? ''}${found}`;
    });
  }
}

/** Nothing answered. */
export class Silence extends Error {}

let refused = () => {};

/** What to do when a call wants a token, or another one. */
export function onUnauthorized(action) {
  refused = action;
}

export function useToken(token) {
  sessionStorage.setItem(TOKEN, token);
}

export const hasToken = () => sessionStorage.getItem(TOKEN) !== null;

/** {body, etag, status}; throws Refusal or Silence. */
export async function call(method, path, body, fields = {}) {
  const headers = { accept: 'application/json', ...fields };
  const token = sessionStorage.getItem(TOKEN);
  if (token !== null) {
    headers.authorization = `Bearer ${token}`;
  }
  if (body !== undefined) {
    headers['content-type'] = 'application/json';
  }
  let response, content;
  try {
    response = await fetch(path, {
      method, headers, body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
      cache: 'no-store', credentials: 'same-origin', signal: AbortSignal.timeout(PATIENCE_MILLIS) });
    content = await response.text();
  } catch (e) {
    throw new Silence(e.message);
  }
  const answer = { status: response.status, etag: response.headers.get('etag'), body: parsed(content) };
  if (response.status === 401) {
    refused();
  }
  if (!response.ok && !(path === '/readyz' && response.status === 503)) {
    throw new Refusal(response.status, answer.body);
  }
  return answer;
}

export const get = path => call('GET', path);

function parsed(content) {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}
