// SPDX-License-Identifier: Apache-2.0
// Which view is shown, and the clock that keeps it fresh: every two seconds, only while somebody can see it.

import { get, hasToken, onUnauthorized, Refusal, Silence, useToken } from './api.js';
import * as config from './config.js';
import * as connections from './connections.js';
import { byId, show, text } from './dom.js';
import * as endpoints from './endpoints.js';
import './explain.js';
import * as failures from './failures.js';
import * as history from './history.js';
import { Rates } from './rates.js';
import * as traffic from './traffic.js';

const EVERY_MILLIS = 2000;

const rates = new Rates();
const views = {
  traffic: () => traffic.draw(rates),
  failures: () => failures.draw(rates),
  endpoints: endpoints.refresh,
  connections: connections.refresh,
  explain: () => {},
  config: async () => { await config.refresh(); config.allow(); },
  history: history.refresh,
};

let view = 'traffic';
let timer = 0;
let turn = 0;
let silentSince = null;

function state(words, tone) {
  text(byId('state'), words);
  byId('state').className = `pill ${tone}`;
}

function ready({ body }) {
  const failing = (body?.conditions ?? []).filter(condition => !condition.ok);
  state(body?.ready ? 'ready' : 'not ready', body?.ready ? failing.length > 0 ? 'warn' : 'ok' : 'bad');
  show(byId('conditions'), failing.map(condition => `${condition.name}: ${condition.detail}`).join(' · '));
}

function silent(yes) {
  if (!yes) {
    silentSince = null;
    show(byId('silent'), '');
    return;
  }
  silentSince ??= new Date();
  state('no answer', 'bad');
  show(byId('silent'), `The gateway does not answer since ${silentSince.toLocaleTimeString('en-GB')}. What is shown is from before.`);
}

/** One look at everything that is shown. Ends early when a later one has begun. */
async function tick() {
  clearTimeout(timer);
  if (document.hidden) {
    return;
  }
  const own = ++turn;
  try {
    ready(await get('/readyz'));
    rates.add((await get('/v1/traffic')).body);
    await views[view]();
    silent(false);
  } catch (e) {
    if (e instanceof Silence) {
      silent(true);
    } else if (e instanceof Refusal) {
      silent(false);
    } else {
      console.error(e);
    }
  }
  if (own === turn) {
    timer = setTimeout(tick, EVERY_MILLIS);
  }
}

function choose(focus) {
  const name = location.hash.slice(1);
  if (name === 'main') {
    return; // the skip link
  }
  view = Object.hasOwn(views, name) ? name : 'traffic';
  for (const section of document.querySelectorAll('main > section')) {
    section.hidden = section.id !== `view-${view}`;
  }
  for (const link of document.querySelectorAll('nav a')) {
    if (link.hash === `#${view}`) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.removeAttribute('aria-current');
    }
  }
  const heading = byId(`h-${view}`);
  document.title = `${heading.textContent} – Penstock`;
  show(byId('message'), '');
  if (focus) {
    heading.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  tick();
}

onUnauthorized(() => {
  if (byId('token').hidden) {
    byId('token').hidden = false;
    byId('token-value').focus();
  }
  show(byId('token-problem'), hasToken() ? 'The gateway does not know this token.' : '');
});

byId('token').addEventListener('submit', event => {
  event.preventDefault();
  useToken(byId('token-value').value.trim());
  byId('token-value').value = '';
  byId('token').hidden = true;
  show(byId('token-problem'), '');
  tick();
});

byId('traffic-only').addEventListener('input', () => traffic.draw(rates));
addEventListener('hashchange', () => choose(true));
document.addEventListener('visibilitychange', tick);
text(byId('place'), location.host);
choose(false);
