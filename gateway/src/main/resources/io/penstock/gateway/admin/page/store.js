// SPDX-License-Identifier: Apache-2.0
// How it stands with the documents, and what to do when the store is not what it was.

import { call, get, Refusal } from './api.js';
import { byId, confirm, el, tell } from './dom.js';

let shown = '';

/** What the gateway said last; null before that, and where it has no such API. */
export let status = null;

async function decide(action, question, yes) {
  if (!await confirm(question, yes)) {
    return;
  }
  try {
    await call('POST', '/v1/config/store', { action });
    tell(action === 'accept' ? 'What the store has is served now.' : 'The store has again what is served.');
    await refresh();
  } catch (e) {
    tell(`Nothing was changed: ${e.message}`, 'bad');
  }
}

function lines(now) {
  if (!now.dynamic) {
    return [el('p', {}, 'This configuration comes from the file alone. With ', el('code', {}, 'dynamic'),
      ' in it, entries can be changed here.')];
  }
  const entry = (name, value) => [el('dt', {}, name), el('dd', {}, value)];
  const refused = Object.entries(now.refused ?? {});
  return [
    el('dl', { class: 'list' },
      entry('Revision', String(now.revision)),
      entry('Documents', String(now.documents)),
      entry('Store', now.lost ? 'is not what it was' : now.problem ? `has no answer: ${now.problem}` : 'answers')),
    now.lost ? el('div', { class: 'banner bad' },
      el('p', {}, `The store is at ${now.lost}, which does not follow from what is served: it was emptied, restored or replaced. `
        + 'The last good documents are served, and changes are refused until you decide.'),
      el('p', { class: 'buttons' },
        el('button', { type: 'button', id: 'store-restore', click: () => decide('restore', 'Put what this node serves into the store?', 'Restore') },
          'Restore what is served'),
        el('button', { type: 'button', id: 'store-accept', class: 'danger',
          click: () => decide('accept', 'Serve what the store has, and forget what was served?', 'Accept') }, 'Accept what the store has'))) : null,
    refused.length === 0 ? null : el('div', { class: 'banner warn' }, 'Documents of the store that are wrong and not served:',
      el('ul', {}, refused.map(([name, why]) => el('li', {}, `${name}: ${why}`))))];
}

export async function refresh() {
  try {
    status = (await get('/v1/config/status')).body;
  } catch (e) {
    if (!(e instanceof Refusal) || e.status !== 404) {
      throw e;
    }
    status = null;
  }
  const now = JSON.stringify(status);
  if (now !== shown) { // only then: buttons keep their focus
    shown = now;
    byId('store').replaceChildren(...(status === null ? [el('p', {}, 'This gateway has no API for its configuration.')]
      : lines(status).filter(node => node !== null)));
  }
}
