// SPDX-License-Identifier: Apache-2.0
// The changes so far, and how to take them back.

import { call, get, Refusal } from './api.js';
import { byId, confirm, el, show, Table, tell } from './dom.js';

/** What changed, document by document, before and after. */
export function edits(list) {
  return (list ?? []).map(edit => el('div', {},
    el('p', {}, el('strong', {}, edit.document), edit.before === null ? ' is new' : edit.after === null ? ' was removed' : ' was changed'),
    edit.before === null ? null : el('div', {}, el('span', { class: 'muted' }, 'before'), el('pre', {}, JSON.stringify(edit.before, null, 1))),
    edit.after === null ? null : el('div', {}, el('span', { class: 'muted' }, 'after'), el('pre', {}, JSON.stringify(edit.after, null, 1)))));
}

async function undo(number) {
  const what = number === null ? 'the last change' : `change ${number}`;
  if (!await confirm(`Take back ${what}? That is a change, too, and can be taken back.`, 'Undo')) {
    return;
  }
  try {
    await call('POST', '/v1/config/undo', number === null ? {} : { number });
    show(byId('history-problem'), '');
    tell(`Took back ${what}.`);
    await refresh();
  } catch (e) {
    show(byId('history-problem'), `${what} stays: ${e instanceof Refusal ? e.lines.join('; ') : e.message}`);
  }
}

byId('undo-last').addEventListener('click', () => undo(null));

const table = new Table('Changes, the latest first', [
  { label: 'Number', text: row => String(row.number) },
  { label: 'When', text: row => new Date(row.at).toLocaleString('en-GB') },
  { label: 'Who', text: row => row.from ? `${row.who} from ${row.from}` : row.who },
  { label: 'What', text: row => row.what ?? '' },
  {
    label: 'Documents',
    make: row => el('details', {}, el('summary', {}, (row.edits ?? []).map(edit => edit.document).join(', ') || 'none'), edits(row.edits)),
  },
  {
    label: 'Back',
    make: row => el('button', { type: 'button', 'aria-label': `Undo change ${row.number}`, click: () => undo(row.number) }, 'Undo'),
  },
], 'Nothing was changed yet.');
byId('history-table').append(table.node);

export async function refresh() {
  try {
    const { body } = await get('/v1/config/history?limit=50');
    table.fill(body.changes, row => row.revision ?? String(row.number));
    byId('undo-last').disabled = body.changes.length === 0;
  } catch (e) {
    if (!(e instanceof Refusal) || e.status === 401) {
      throw e;
    }
    table.fill([], () => '');
    byId('undo-last').disabled = true;
  }
}
