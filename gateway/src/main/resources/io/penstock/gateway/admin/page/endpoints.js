// SPDX-License-Identifier: Apache-2.0
// Clusters and their endpoints: health, and what takes one out of service.

import { call, get } from './api.js';
import { byId, count, el, millis, Table, tell, text } from './dom.js';

const cards = new Map();

const drained = row => row.drained === true || row.state === 'drained';

function state(row) {
  const left = row.state === 'ejected' ? ` for ${millis(row.ejectedForMillis / 1000)}` : '';
  const breaker = row.breaker === 'none' || row.breaker === 'closed' ? '' : `, breaker ${row.breaker}`;
  return `${drained(row) ? '■ drained' : `${row.state === 'healthy' ? '●' : '▲'} ${row.state}${left}`}${breaker}`;
}

function tone(row) {
  return drained(row) ? 'fair' : row.state === 'healthy' && row.breaker !== 'open' ? 'good' : 'poor';
}

async function turn(button, cluster) {
  const { name, drain } = button.dataset;
  button.disabled = true;
  try {
    await call('POST', `/v1/clusters/${encodeURIComponent(cluster)}/endpoints/${encodeURIComponent(name)}`, { drained: drain === 'true' });
    tell(`${name} of ${cluster} is ${drain === 'true' ? 'drained' : 'enabled'}.`);
    await refresh();
  } catch (e) {
    tell(`${name} of ${cluster} stays as it is: ${e.message}`, 'bad');
  } finally {
    button.disabled = false;
    button.focus();
  }
}

function card(name) {
  const told = el('p', { class: 'muted' });
  const table = new Table(`Endpoints of ${name}`, [
    { label: 'Endpoint', text: row => row.name },
    { label: 'State', text: state, tone },
    { label: 'Weight', number: true, text: row => count(row.weight) },
    { label: 'Under way', number: true, text: row => count(row.active) },
    { label: 'Attempts', number: true, text: row => count(row.attempts) },
    { label: 'Failures', number: true, text: row => count(row.failures), tone: row => row.failures > 0 ? 'poor' : '' },
    { label: 'Peak', number: true, text: row => millis(row.peakMillis / 1000) },
    { label: 'Last check', text: row => row.lastCheck },
    {
      label: 'In service',
      make: () => el('button', { type: 'button', click: event => turn(event.currentTarget, name) }),
      update: (node, row) => {
        node.dataset.name = row.name;
        node.dataset.drain = String(!drained(row));
        text(node, drained(row) ? 'Enable' : 'Drain');
        node.setAttribute('aria-label', `${drained(row) ? 'Enable' : 'Drain'} ${row.name} of ${name}`);
      },
    },
  ], 'It has no endpoint now.');
  return { node: el('div', { class: 'card' }, el('h3', {}, name), told, table.node), told, table };
}

export async function refresh() {
  const { body } = await get('/v1/clusters');
  const names = new Set(body.clusters.map(cluster => cluster.name));
  for (const [name, known] of cards) {
    if (!names.has(name)) {
      known.node.remove();
      cards.delete(name);
    }
  }
  for (const cluster of body.clusters) {
    let known = cards.get(cluster.name);
    if (known === undefined) {
      known = card(cluster.name);
      cards.set(cluster.name, known);
      byId('clusters').append(known.node);
    }
    const parts = [`${count(cluster.active)} under way`];
    if (cluster.waiting > 0) parts.push(`${count(cluster.waiting)} waiting`);
    if (cluster.retries > 0) parts.push(`${count(cluster.retries)} retries (${count(cluster.retriesRefused)} more not allowed)`);
    if (cluster.hedges > 0) parts.push(`${count(cluster.hedges)} hedges, ${count(cluster.hedgesWon)} won`);
    if (cluster.breaker !== 'none') parts.push(`breaker ${cluster.breaker}`);
    text(known.told, parts.join(', '));
    known.table.fill(cluster.endpoints, row => row.name);
  }
}
