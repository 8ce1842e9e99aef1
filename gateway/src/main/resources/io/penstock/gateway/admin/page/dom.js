// SPDX-License-Identifier: Apache-2.0
// Makes and changes elements. Text is only ever set as text: nothing that comes from requests or names becomes markup.

export const byId = id => document.getElementById(id);

/** An element with attributes (functions become listeners) and children; null attributes and children are left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      node.addEventListener(name, value);
    } else if (value !== null) {
      node.setAttribute(name, value);
    }
  }
  node.append(...children.flat().filter(child => child !== null));
  return node;
}

/** Sets text only where it changes, so that selections and screen readers are left in peace. */
export function text(node, value) {
  if (node.textContent !== value) {
    node.textContent = value;
  }
}

/** Shows a text in an element, or hides it when there is none. */
export function show(node, value) {
  text(node, value);
  node.hidden = value === '';
}

/**
 * A table that is filled again and again: rows stay the same elements by their key, so that focus is not lost.
 * Columns: {label, text: row => string, tone: row => class, number: true} or {label, make: row => node, update: (node, row) => {}}.
 * The first column heads its row.
 */
export class Table {
  constructor(caption, columns, empty, quiet = true) {
    this.columns = columns;
    this.rows = new Map();
    this.body = el('tbody', { role: 'rowgroup' });
    const heads = columns.map(column =>
      el('th', { scope: 'col', role: 'columnheader', class: column.number ? 'number' : null }, column.label));
    this.table = el('table', { role: 'table' },
      el('caption', { class: quiet ? 'quiet' : null }, caption),
      el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, heads)),
      this.body);
    this.table.hidden = true; // until it is known whether there is anything
    this.empty = el('p', { class: 'empty', hidden: '' }, empty);
    this.node = el('div', { class: 'table' }, this.table, this.empty);
  }

  /** Shows these items, in this order. */
  fill(items, keyOf) {
    const seen = new Set();
    let place = this.body.firstChild;
    for (const item of items) {
      const key = keyOf(item);
      seen.add(key);
      let row = this.rows.get(key);
      if (row === undefined) {
        row = this.#row(item);
        this.rows.set(key, row);
      }
      this.#update(row, item);
      if (row === place) {
        place = place.nextSibling;
      } else if (row.contains(document.activeElement)) {
        place = row.nextSibling; // moving it would take the focus away
      } else {
        this.body.insertBefore(row, place);
      }
    }
    for (const [key, row] of this.rows) {
      if (!seen.has(key)) {
        row.remove();
        this.rows.delete(key);
      }
    }
    this.table.hidden = items.length === 0;
    this.empty.hidden = items.length > 0;
  }

  #row(item) {
    return el('tr', { role: 'row' }, this.columns.map((column, i) => {
      const kind = column.number ? 'number' : null;
      const cell = i === 0
        ? el('th', { scope: 'row', role: 'rowheader', class: kind })
        : el('td', { role: 'cell', class: kind, 'data-label': column.label });
      if (column.make) {
        cell.append(column.make(item));
      } else if (i > 0) {
        cell.append(el('span'));
      }
      return cell;
    }));
  }

  #update(row, item) {
    this.columns.forEach((column, i) => {
      const cell = row.children[i];
      if (column.make) {
        column.update?.(cell.firstChild, item);
        return;
      }
      const value = column.text(item);
      text(i === 0 ? cell : cell.firstChild, value);
      if (i > 0) {
        cell.className = [column.number ? 'number' : '', column.tone?.(item) ?? '', value === '' ? 'none' : ''].join(' ').trim();
      }
    });
  }
}

/** Asks before something that is not easily taken back; resolves to whether it is to be done. */
export function confirm(question, yes) {
  const dialog = byId('confirm');
  text(byId('confirm-question'), question);
  text(byId('confirm-yes'), yes);
  return new Promise(resolve => {
    let answer = false;
    byId('confirm-yes').onclick = () => { answer = true; dialog.close(); };
    byId('confirm-no').onclick = () => dialog.close();
    dialog.onclose = () => resolve(answer);
    dialog.showModal();
  });
}

/** Says what was done; read out by screen readers. */
export function tell(words, tone = '') {
  const node = byId('message');
  node.className = `banner ${tone}`.trim();
  show(node, words);
}

const counts = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export const count = n => counts.format(n);

export function rate(n) {
  return n === 0 ? '0' : n < 0.1 ? '<0.1' : n < 10 ? n.toFixed(1) : count(n);
}

export function bytes(n) {
  let value = n;
  for (const unit of ['B', 'KiB', 'MiB', 'GiB']) {
    if (value < 1024) {
      return `${value < 10 && unit !== 'B' ? value.toFixed(1) : Math.round(value)} ${unit}`;
    }
    value /= 1024;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} TiB`;
}

export function millis(seconds) {
  if (seconds === null) {
    return '';
  }
  const ms = seconds * 1000;
  return ms < 1 ? `${ms.toFixed(2)} ms` : ms < 1000 ? `${Math.round(ms)} ms` : `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
}
