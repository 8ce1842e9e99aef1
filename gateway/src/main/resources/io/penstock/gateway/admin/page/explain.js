// SPDX-License-Identifier: Apache-2.0
// What the gateway would do with a request.

import { call, Refusal } from './api.js';
import { byId, el, show, Table } from './dom.js';

const PARTS = ['method', 'url', 'fields', 'peer', 'listener'];

function problems(refusal) {
  for (const part of PARTS) {
    const own = refusal?.problems.filter(problem => problem.path === part).map(problem => problem.verdict).join('; ') ?? '';
    show(byId(`explain-${part}-problem`), own);
    byId(`explain-${part}`).setAttribute('aria-invalid', String(own !== ''));
  }
  const placed = refusal?.problems.some(problem => PARTS.includes(problem.path));
  show(byId('explain-problem'), refusal === null || placed ? '' : refusal.message);
  const first = PARTS.find(part => byId(`explain-${part}`).getAttribute('aria-invalid') === 'true');
  if (first !== undefined) {
    byId(`explain-${first}`).focus();
  }
}

function result(explanation) {
  const candidates = new Table('Routes that were considered', [
    { label: 'Route', text: row => row.route },
    { label: 'Match', text: row => row.match },
    { label: 'Verdict', text: row => row.verdict, tone: row => row.route === explanation.route ? 'good' : '' },
    { label: 'Why', text: row => row.reason ?? '' },
  ], 'No route was considered.', false);
  candidates.fill(explanation.candidates, row => row.route);
  const steps = Object.entries(explanation.steps).flatMap(([name, words]) => [el('dt', {}, name), el('dd', {}, words)]);
  return [
    el('div', { class: 'card' },
      el('h3', {}, explanation.route === undefined ? 'No route serves it' : `Route ${explanation.route}`),
      el('dl', { class: 'list' },
        el('dt', {}, 'request'), el('dd', {}, `${explanation.method} ${explanation.url}`),
        el('dt', {}, 'client'), el('dd', {}, explanation.client), steps)),
    candidates.node,
    explanation.others > 0 ? el('p', { class: 'muted' }, `and ${explanation.others} others that came no farther`) : ''];
}

byId('explain-form').addEventListener('submit', async event => {
  event.preventDefault();
  const question = {
    method: byId('explain-method').value.trim(),
    url: byId('explain-url').value.trim(),
    fields: byId('explain-fields').value.split('\n').map(line => line.trim()).filter(line => line !== ''),
    peer: byId('explain-peer').value.trim(),
    listener: byId('explain-listener').value.trim() };
  try {
    const { body } = await call('POST', '/v1/explain', question);
    problems(null);
    byId('explanation').replaceChildren(...result(body));
  } catch (e) {
    byId('explanation').replaceChildren();
    problems(e instanceof Refusal ? e : new Refusal(0, { detail: 'The gateway does not answer.' }));
  }
});
