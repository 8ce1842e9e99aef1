// SPDX-License-Identifier: Apache-2.0
// Small line charts of what happened in the last two minutes.

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 120;
const HEIGHT = 32;

/** A chart that is drawn again with each reading. */
export class Chart {
  constructor(kind) {
    this.svg = document.createElementNS(SVG, 'svg');
    this.svg.setAttribute('class', `chart ${kind}`);
    this.svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
    this.svg.setAttribute('preserveAspectRatio', 'none');
    this.svg.setAttribute('role', 'img');
    this.paths = ['base', 'area', 'all', 'failed'].map(name => {
      const path = document.createElementNS(SVG, 'path');
      path.setAttribute('class', name);
      this.svg.append(path);
      return path;
    });
    this.paths[0].setAttribute('d', `M0 ${HEIGHT}H${WIDTH}`);
  }

  /** Draws the newest at the right end; `room` is how many points the width has. Returns the most, which is the upper edge. */
  draw(all, failed, room, words) {
    const most = Math.max(1, ...all);
    const line = values => values.map((value, i) => {
      const x = WIDTH - (values.length - 1 - i) * WIDTH / (room - 1);
      return `${i === 0 ? 'M' : 'L'}${x.toFixed(2)} ${(HEIGHT - value / most * HEIGHT).toFixed(2)}`;
    }).join('');
    const upper = line(all);
    const begin = WIDTH - (all.length - 1) * WIDTH / (room - 1);
    this.paths[1].setAttribute('d', all.length < 2 ? '' : `${upper}L${WIDTH} ${HEIGHT}L${begin.toFixed(2)} ${HEIGHT}Z`);
    this.paths[2].setAttribute('d', all.length < 2 ? '' : upper);
    this.paths[3].setAttribute('d', failed.length < 2 || !failed.some(value => value > 0) ? '' : line(failed));
    this.svg.setAttribute('aria-label', words);
    return most;
  }
}
