'use strict';
// The generations as boxes, oldest left, and the connections that move from one to the next as dots on the way between.
const Lineage = (() => {
  const NS = 'http://www.w3.org/2000/svg';
  const WIDTH = 250, HEIGHT = 110, GAP = 190, TOP = 36, MAX_DOTS = 40, FLIGHT_MS = 700;
  let dots = 0;

  function element(parent, name, attributes, text) {
    const made = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    parent.append(made);
    return made;
  }

  function box(svg, generation, x, answers) {
    const group = element(svg, 'g', { class: generation.state, transform: `translate(${x},${TOP})` });
    element(group, 'rect', { class: 'box', width: WIDTH, height: HEIGHT, rx: 10 });
    element(group, 'text', { x: 14, y: 26, 'font-weight': 600 }, `Generation ${generation.epoch}`);
    element(group, 'text', { x: 14, y: 46, class: 'faint' }, `pid ${generation.pid}${answers ? ', answers this page' : ''}`);
    element(group, 'text', { x: 14, y: 70 }, generation.state.replace('_', ' '));
    const there = generation.connections;
    element(group, 'text', { x: 14, y: 94 }, there ? `${there.tcp} TCP, ${there.http} HTTP connections` : '');
  }

  function way(svg, x, handover) {
    const y = TOP + HEIGHT / 2;
    element(svg, 'path', { class: 'way', d: `M${x},${y} h${GAP}` });
    const counted = /moved (\d+) of (\d+)/.exec(handover?.phase ?? '');
    if (!counted) return;
    const share = counted[2] > 0 ? counted[1] / counted[2] : 1;
    element(svg, 'rect', { class: 'bar', x: x + 10, y: y + 16, width: GAP - 20, height: 6, rx: 3 });
    element(svg, 'rect', { class: 'done', x: x + 10, y: y + 16, width: (GAP - 20) * share, height: 6, rx: 3 });
    element(svg, 'text', { class: 'faint', x: x + GAP / 2, y: y + 40, 'text-anchor': 'middle' }, `${counted[1]} of ${counted[2]} moved`);
  }

  // One dot for each that moved since the last look, as long as they can be told apart.
  function fly(svg, x, moved) {
    const y = TOP + HEIGHT / 2;
    for (let i = 0; i < Math.min(moved, MAX_DOTS - dots); i++) {
      const dot = element(svg.querySelector('#flying'), 'circle', { class: 'dot', r: 4, cx: x, cy: y + (Math.random() - .5) * 24 });
      dots++;
      const flight = dot.animate([{ transform: 'translateX(0)' }, { transform: `translateX(${GAP}px)` }], { duration: FLIGHT_MS, delay: i * 12, easing: 'ease-in-out' });
      flight.onfinish = flight.oncancel = () => { dot.remove(); dots--; };
    }
  }

  function draw(svg, lineage, generation, moved) {
    let flying = svg.querySelector('#flying');
    const known = lineage ? [...lineage.generations].sort((a, b) => a.epoch - b.epoch)
      : [{ epoch: generation.epoch, pid: generation.pid, state: generation.state === 'LIVE' ? 'serving' : 'draining' }];
    for (const old of [...svg.children]) if (old !== flying) old.remove();
    let x = 4;
    known.forEach((each, i) => {
      if (i > 0) {
        way(svg, x, lineage?.handover);
        x += GAP;
      }
      box(svg, each, x, each.pid === generation.pid);
      x += WIDTH;
    });
    flying ??= element(svg, 'g', { id: 'flying' });
    svg.append(flying);
    if (known.length < 2) for (const dot of [...flying.children]) dot.getAnimations().forEach(flight => flight.cancel());
    if (moved > 0 && known.length > 1) fly(svg, 4 + WIDTH + (known.length - 2) * (WIDTH + GAP), moved);
    element(svg, 'text', { class: 'faint', x: 4, y: 24 }, lineage?.handover
      ? `hot restart ${lineage.handover.from} → ${lineage.handover.to}, ${lineage.handover.since_ms} ms: ${lineage.handover.phase}`
      : lineage ? '' : 'started without a supervisor: only this process is known');
  }

  return { draw };
})();
