// SPDX-License-Identifier: Apache-2.0
// What did not end well, by cause.

import { byId, count, rate, Table } from './dom.js';

let span = 0;

const table = new Table('Failures by cause', [
  { label: 'Cause', text: row => row.cause === 'none' ? 'answer of the upstream' : row.cause },
  { label: 'Route', text: row => row.route },
  { label: 'Cluster', text: row => row.cluster },
  { label: 'Status', text: row => row.grpcStatus === 'none' ? row.status : `gRPC ${row.grpcStatus}` },
  { label: 'A second', number: true, text: row => span === 0 ? '' : rate(row.lately / span), tone: row => row.lately > 0 ? 'poor' : '' },
  { label: 'In two minutes', number: true, text: row => count(row.lately) },
  { label: 'In all', number: true, text: row => count(row.count) },
  { label: 'Last seen', text: row => row.seen === null ? 'before this page' : row.seen.toLocaleTimeString('en-GB') },
], 'Nothing has failed.');
byId('failures-table').append(table.node);

export function draw(rates) {
  span = rates.span;
  table.fill(rates.causes, row => row.key);
}
