// SPDX-License-Identifier: Apache-2.0
// Traffic by route and cluster.

import { Chart } from './chart.js';
import { byId, bytes, el, millis, rate, Table, text } from './dom.js';
import { ROOM } from './rates.js';

const share = (part, whole) => whole === 0 ? '' : part === 0 ? '0 %' : part / whole < 0.001 ? '<0.1 %' : `${(part / whole * 100).toFixed(1)} %`;

const big = new Chart('large');
const most = el('span', { class: 'most', 'aria-hidden': 'true' });
byId('total-chart').append(most, el('span', { class: 'least', 'aria-hidden': 'true' }, '0'), big.svg);

const tiles = ['Requests/s', 'Failed', 'Half within', '99 % within', 'Routes in use'].map(name => {
  const value = el('dd', {}, '–');
  byId('totals').append(el('div', {}, el('dt', {}, name), value));
  return value;
});

const table = new Table('Traffic by route and cluster', [
  { label: 'Route', text: row => row.route },
  { label: 'Cluster', text: row => row.cluster },
  {
    label: 'Two minutes',
    make: () => {
      const chart = new Chart('small');
      const node = el('div', { class: 'small' }, chart.svg);
      node.chart = chart;
      return node;
    },
    update: (node, row) => node.chart.draw(row.line.all, row.line.failed, ROOM, `now ${rate(row.rate)} a second, at most ${rate(Math.max(0, ...row.line.all))}`),
  },
  { label: 'Requests/s', number: true, text: row => rate(row.rate) },
  { label: 'Failed', number: true, text: row => share(row.failing, row.rate) || '0 %', tone: row => row.failing > 0 ? 'poor' : '' },
  { label: 'Half within', number: true, text: row => millis(row.median) },
  { label: '99 % within', number: true, text: row => millis(row.slow) },
  { label: 'Out', number: true, text: row => `${bytes(row.bytes)}/s` },
], 'Nothing was asked of this gateway yet.');
byId('traffic-table').append(table.node);

export function draw(rates) {
  const only = byId('traffic-only').value.trim().toLowerCase();
  const all = rates.total.all.at(-1) ?? 0;
  const failed = rates.total.failed.at(-1) ?? 0;
  const values = [rate(all), share(failed, all) || '0 %', millis(rates.median) || '–', millis(rates.slow) || '–', String(rates.pairs.length)];
  tiles.forEach((tile, i) => text(tile, values[i]));
  const edge = big.draw(rates.total.all, rates.total.failed, ROOM, `${rate(all)} requests a second now, ${rate(failed)} of them failed`);
  text(most, rate(edge));
  table.fill(rates.pairs.filter(row => `${row.route} ${row.cluster}`.toLowerCase().includes(only)), row => row.key);
}
