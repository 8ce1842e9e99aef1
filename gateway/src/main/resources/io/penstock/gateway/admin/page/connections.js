// SPDX-License-Identifier: Apache-2.0
// The ledger of connections.

import { get } from './api.js';
import { byId, count, Table } from './dom.js';

const table = new Table('The connection ledger', [
  { label: 'Peer', text: row => row.target },
  { label: 'For', text: row => row.name },
  { label: 'Kind', text: row => row.kind },
  { label: 'Open', number: true, text: row => count(row.open) },
  { label: 'Streams', number: true, text: row => count(row.streams) },
  { label: 'Opened', number: true, text: row => count(row.opened) },
  { label: 'Used again', number: true, text: row => count(row.reused) },
  { label: 'Closed', text: row => row.closed.map(end => `${count(end.count)} by ${end.by}: ${end.why}`).join(', ') },
], 'There is no connection, and there was none.');
byId('connections-table').append(table.node);

export async function refresh() {
  const { body } = await get('/v1/connections');
  table.fill(body.connections, row => `${row.kind}\n${row.name}\n${row.target}`);
}
