// SPDX-License-Identifier: Apache-2.0
// Turns readings of the counters into rates. Keeps the last two minutes of each pair of route and cluster, of which the gateway has a bound.

export const ROOM = 61;

const good = ending => ending.cause === 'none' && ending.status !== '5xx';
const sum = values => values.reduce((a, b) => a + b, 0);

class Line {
  constructor() {
    this.all = [];
    this.failed = [];
  }

  add(all, failed) {
    for (const [values, value] of [[this.all, all], [this.failed, failed]]) {
      values.push(value);
      if (values.length > ROOM) {
        values.shift();
      }
    }
  }
}

/** Seconds below which this share of the exchanges between two readings ended, or null when none did. */
function quantile(share, latencies, before, bounds) {
  const counts = latencies.map((value, i) => value - (before?.[i] ?? 0));
  const all = sum(counts);
  let left = share * all;
  for (let i = 0; all > 0 && i < counts.length; i++) {
    left -= counts[i];
    if (left <= 0) {
      return bounds[Math.min(i, bounds.length - 1)];
    }
  }
  return null;
}

export class Rates {
  constructor() {
    this.total = new Line();
    this.pairs = [];
    this.failures = new Map();
    this.bounds = [];
    this.lines = new Map();
    this.readings = []; // the last two minutes
  }

  /** Takes the next reading. */
  add(reading) {
    const now = this.#digest(reading);
    let before = this.readings.at(-1);
    if (before !== undefined && (now.at <= before.at || now.ended < before.ended)) { // another process answers now
      Object.assign(this, new Rates());
      before = undefined;
    }
    this.bounds = reading.boundsSeconds;
    this.readings.push(now);
    if (this.readings.length > ROOM) {
      this.readings.shift();
    }
    const seconds = before === undefined ? 0 : (now.at - before.at) / 1000;
    if (before !== undefined) {
      this.total.add((now.ended - before.ended) / seconds, (now.failed - before.failed) / seconds);
    }
    this.#pairs(now, before, seconds);
    this.#failures(now, before);
  }

  #digest(reading) {
    const pairs = new Map();
    const failures = new Map();
    let ended = 0, failed = 0, latencies = reading.boundsSeconds.map(() => 0).concat(0);
    for (const pair of reading.traffic) {
      const key = `${pair.route}\n${pair.cluster}`;
      const poor = pair.endings.filter(ending => !good(ending));
      const own = { pair, ended: sum(pair.latencies), failed: sum(poor.map(ending => ending.count)) };
      pairs.set(key, own);
      ended += own.ended;
      failed += own.failed;
      latencies = latencies.map((value, i) => value + pair.latencies[i]);
      for (const ending of poor) {
        failures.set(`${key}\n${ending.cause}\n${ending.status}\n${ending.grpcStatus}`, { pair, ending });
      }
    }
    return { at: reading.atMillis, pairs, failures, ended, failed, latencies };
  }

  #pairs(now, before, seconds) {
    this.pairs = [];
    for (const [key, { pair, ended, failed }] of now.pairs) {
      const earlier = before?.pairs.get(key);
      let line = this.lines.get(key);
      if (line === undefined) {
        line = new Line();
        this.lines.set(key, line);
      }
      if (before !== undefined) {
        line.add((ended - (earlier?.ended ?? 0)) / seconds, (failed - (earlier?.failed ?? 0)) / seconds);
      }
      const since = this.readings[0].pairs.get(key)?.pair.latencies;
      this.pairs.push({
        key, route: pair.route, cluster: pair.cluster, ended, failed, line,
        rate: line.all.at(-1) ?? 0,
        failing: line.failed.at(-1) ?? 0,
        bytes: before === undefined ? 0 : (pair.responseBytes - (earlier?.pair.responseBytes ?? 0)) / seconds,
        median: quantile(0.5, pair.latencies, since, this.bounds),
        slow: quantile(0.99, pair.latencies, since, this.bounds) });
    }
    this.pairs.sort((a, b) => sum(b.line.all) - sum(a.line.all) || a.route.localeCompare(b.route));
  }

  #failures(now, before) {
    for (const [key, { pair, ending }] of now.failures) {
      const known = this.failures.get(key);
      const grew = before !== undefined && ending.count > (before.failures.get(key)?.ending.count ?? 0);
      this.failures.set(key, {
        key, route: pair.route, cluster: pair.cluster, ...ending,
        lately: ending.count - (this.readings[0].failures.get(key)?.ending.count ?? 0),
        seen: grew ? new Date() : known?.seen ?? null });
    }
  }

  /** The failures of the last two minutes first, by when they were seen; then the older ones, by their number. */
  get causes() {
    return [...this.failures.values()].sort((a, b) => (b.seen ?? 0) - (a.seen ?? 0) || b.count - a.count);
  }

  /** How long the readings reach back, in seconds. */
  get span() {
    return this.readings.length < 2 ? 0 : (this.readings.at(-1).at - this.readings[0].at) / 1000;
  }

  get median() {
    return this.#overall(0.5);
  }

  get slow() {
    return this.#overall(0.99);
  }

  #overall(share) {
    return this.readings.length < 2 ? null
      : quantile(share, this.readings.at(-1).latencies, this.readings[0].latencies, this.bounds);
  }
}
