// SPDX-License-Identifier: Apache-2.0
// The effective configuration by section, and one entry of it to edit.

import { call, get, Refusal } from './api.js';
import { byId, confirm, el, Table, tell, text } from './dom.js';
import { edits } from './history.js';
import * as store from './store.js';

const PAGE = 100;

let items = [];
let next = null;
/** What is being edited: {section, name, tag}; the name is null for a new one. */
let open = null;

const section = () => byId('config-section').value;

const table = new Table('Entries', [
  {
    label: 'Name',
    make: row => el('button', { type: 'button', class: 'link', 'aria-label': `Edit ${row.name}`, click: () => edit(row.name) }, row.name),
  },
  { label: 'Comes from', text: row => ({ file: 'the file', dynamic: 'a document', 'dynamic-over-file': 'a document, over the file' })[row.source] ?? row.source },
  { label: 'In short', text: row => brief(row.config) },
], 'There is no entry.');
byId('config-table').append(table.node);

function brief(config) {
  const { name, ...rest } = config ?? {};
  const words = JSON.stringify(rest).replaceAll('"', '').slice(1, -1).replaceAll(',', ', ');
  return words.length > 120 ? `${words.slice(0, 119)}…` : words;
}

function fill() {
  const only = byId('config-only').value.trim().toLowerCase();
  table.fill(items.filter(item => item.name.toLowerCase().includes(only)), item => `${section()}\n${item.name}`);
  byId('config-more').hidden = next === null;
}

async function page(after) {
  const more = after === null ? '' : `&after=${encodeURIComponent(after)}`;
  const { body } = await get(`/v1/config/${section()}?limit=${PAGE}${more}`);
  next = body.next ?? null;
  return body.items;
}

/** Reads the pages that are shown anew. */
export async function refresh() {
  await store.refresh();
  if (store.status === null) {
    fill();
    return;
  }
  const of = section();
  const wanted = Math.max(1, Math.ceil(items.length / PAGE));
  const fresh = [];
  for (let i = 0; i < wanted && (i === 0 || next !== null); i++) {
    fresh.push(...await page(i === 0 ? null : next));
  }
  if (of === section()) {
    items = fresh;
    fill();
  }
}

async function anew() {
  items = [];
  next = null;
  try {
    await refresh();
  } catch (e) {
    tell(e.message, 'bad');
  }
}

byId('config-section').addEventListener('change', () => { close(); anew(); });
byId('config-only').addEventListener('input', fill);
byId('config-more').addEventListener('click', async () => {
  try {
    items = items.concat(await page(next));
    fill();
  } catch (e) {
    tell(e.message, 'bad');
  }
});
byId('config-new').addEventListener('click', () => edit(null));

const path = () => `/v1/config/${open.section}/${encodeURIComponent(open.name ?? byId('editor-name').value.trim())}`;

async function edit(name) {
  open = { section: section(), name, tag: null };
  try {
    const { name: _, ...config } = name === null ? {} : await entry();
    byId('editor-text').value = name === null ? '{\n  \n}' : JSON.stringify(config, null, 2);
  } catch (e) {
    tell(e.message, 'bad');
    return;
  }
  byId('editor-name').value = name ?? '';
  byId('editor-name').readOnly = name !== null;
  byId('editor-delete').hidden = name === null;
  text(byId('editor-title'), name === null ? `New entry of ${open.section}` : `${open.section}/${name}`);
  problem(null);
  byId('editor-result').replaceChildren();
  byId('editor').hidden = false;
  byId('editor-title').focus();
  byId('editor').scrollIntoView({ block: 'nearest' });
}

async function entry() {
  const { body, etag } = await get(path());
  open.tag = etag ?? `"${body.tag}"`;
  return body.config ?? body;
}

function close() {
  open = null;
  byId('editor').hidden = true;
}

byId('editor-close').addEventListener('click', () => { close(); byId('config-new').focus(); });

function problem(error) {
  const node = byId('editor-problem');
  const lines = error === null ? [] : error instanceof Refusal ? error.lines : [error.message];
  node.replaceChildren(lines.length > 1 ? el('ul', {}, lines.map(line => el('li', {}, line))) : lines[0] ?? '');
  node.hidden = lines.length === 0;
  byId('editor-text').setAttribute('aria-invalid', String(lines.length > 0));
  if (error instanceof Refusal && error.status === 412) {
    node.append(' Somebody else has changed it meanwhile: ',
      el('button', { type: 'button', click: () => edit(open.name) }, 'Read it again'));
  }
}

/** The entry as an object, or null when it is not JSON, which is shown. */
function written() {
  try {
    const value = JSON.parse(byId('editor-text').value);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      throw new SyntaxError('an entry is an object in braces');
    }
    return value;
  } catch (e) {
    problem(new Error(`This is not JSON: ${e.message}`));
    byId('editor-text').focus();
    return null;
  }
}

/** Does something with the entry and shows what it came to. */
async function attempt(step) {
  problem(null);
  byId('editor-result').replaceChildren();
  try {
    await step();
  } catch (e) {
    problem(e);
  }
}

byId('editor-check').addEventListener('click', () => attempt(async () => {
  const value = written();
  if (value !== null) {
    const name = open.name ?? byId('editor-name').value.trim();
    const { body } = await call('POST', '/v1/config?dry-run=true', { [open.section]: [{ name, ...value }] });
    byId('editor-result').replaceChildren(el('p', {}, body.changed ? 'It is right. This would change:' : 'It is right, and as it was.'),
      ...edits(body.edits));
  }
}));

byId('editor').addEventListener('submit', event => {
  event.preventDefault();
  attempt(async () => {
    const value = written();
    if (value === null) {
      return;
    }
    const { body } = await call('PUT', path(), value, open.name === null ? { 'if-none-match': '*' } : { 'if-match': open.tag });
    const name = open.name ?? byId('editor-name').value.trim();
    tell(body.changed === false ? `${open.section}/${name} was so already.` : `${open.section}/${name} is in force, revision ${body.revision}.`);
    await refresh();
    await edit(name);
  });
});

byId('editor-delete').addEventListener('click', () => attempt(async () => {
  const name = open.name;
  if (await confirm(`Remove ${open.section}/${name}? An entry of the file with this name is back then.`, 'Delete')) {
    await call('DELETE', path(), undefined, { 'if-match': open.tag });
    tell(`${open.section}/${name} is removed.`);
    close();
    await refresh();
    byId('config-new').focus();
  }
}));

/** Whether there is something to change with: without `dynamic` in the file there is not. */
export function allow() {
  const off = store.status === null || !store.status.dynamic;
  for (const id of ['config-new', 'editor-save', 'editor-check', 'editor-delete']) {
    byId(id).disabled = off;
  }
  byId('editor-text').readOnly = off;
}
