'use strict';
// Asks the admin for everything a few times a second. During a hot restart another process answers from one time to the next.
const EVERY_MS = 250, QUICK_MS = 100, KEPT_S = 120;
const at = id => document.getElementById(id);
let token = '', lost = 0, lastMoved = 0, lastEpoch = null, lastVerdict = null;
const opened = new Set();
const times = [], all = [], moving = [];

function cell(row, text, kind) {
  const made = row.insertCell();
  made.textContent = text ?? '–';
  if (kind) made.className = kind;
  return made;
}

function fill(table, rows, write) {
  const body = at(table).tBodies[0];
  const fresh = document.createElement('tbody');
  rows.forEach(row => write(fresh, row));
  body.replaceWith(fresh);
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function axes(second) {
  const axis = { stroke: colour('--faint'), grid: { stroke: colour('--line') }, ticks: { stroke: colour('--line') } };
  return [{ ...axis, ...second }, { ...axis, size: 60 }];
}

let connections = null, pauses = null;
function chart(id, options, data) {
  const place = at(id);
  return new uPlot({ width: Math.max(place.clientWidth, 200), height: 180, ...options }, data, place);
}

function drawConnections() {
  const data = [times, all, moving];
  connections ??= chart('connections-chart', {
    axes: axes({}),
    series: [{}, { label: 'of all generations', stroke: colour('--new'), width: 2, points: { show: false } }, { label: 'of those that leave', stroke: colour('--old'), width: 2, points: { show: false } }],
    scales: { y: { range: (plot, low, high) => [0, Math.max(high, 10)] } },
  }, data);
  connections.setData(data);
}

const MICROS = [100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000, 1000000, 10000000];
function words(micros) {
  return micros < 1000 ? `${micros / 1000} ms` : micros < 1000000 ? `${micros / 1000} ms` : `${micros / 1000000} s`;
}

function drawPauses(counts) {
  at('pauses-none').hidden = counts.length > 0;
  if (counts.length === 0) return;
  const bins = MICROS.map((upTo, i) => counts.filter(count => count.up_to_us <= upTo && (i === 0 || count.up_to_us > MICROS[i - 1]))
    .reduce((sum, count) => sum + count.connections, 0));
  const data = [MICROS.map((_, i) => i), bins];
  pauses ??= chart('pauses-chart', {
    axes: axes({ splits: () => data[0], values: (plot, splits) => splits.map(i => i % 2 ? '' : `≤ ${words(MICROS[i])}`) }),
    scales: { x: { time: false, range: [-1, MICROS.length] }, y: { range: (plot, low, high) => [0, Math.max(high, 1)] } },
    series: [{ label: 'pause', value: (plot, i) => i == null ? '' : `≤ ${words(MICROS[i])}` },
      { label: 'connections', stroke: colour('--new'), fill: colour('--new'), paths: uPlot.paths.bars({ size: [.8, 60] }) }],
  }, data);
  pauses.setData(data);
}

function count(state) {
  const generations = state.lineage?.generations ?? [];
  const of = generation => generation.connections.tcp + generation.connections.http;
  times.push(Date.now() / 1000);
  all.push(state.lineage ? generations.reduce((sum, each) => sum + of(each), 0) : state.listeners.reduce((sum, each) => sum + each.active, 0));
  moving.push(generations.filter(each => each.state === 'draining' || each.state === 'migrating').reduce((sum, each) => sum + of(each), 0));
  while (times[0] < times[times.length - 1] - KEPT_S) [times, all, moving].forEach(list => list.shift());
}

function movedSince(state) {
  const counted = /moved (\d+) of/.exec(state.lineage?.handover?.phase ?? '');
  const now = counted ? Number(counted[1]) : state.generation.adopted;
  const epoch = state.lineage?.handover?.to ?? state.generation.epoch;
  const moved = lastEpoch === null || (epoch !== lastEpoch && !counted) ? 0 : epoch === lastEpoch ? Math.max(0, now - lastMoved) : now;
  lastEpoch = epoch;
  lastMoved = now;
  return moved;
}

function history(rows) {
  at('history-none').hidden = rows.length > 0;
  fill('history', [...rows].reverse(), (body, { at: asked, handover }) => {
    const row = body.insertRow();
    row.className = 'handover';
    row.onclick = () => { opened.has(asked) ? opened.delete(asked) : opened.add(asked); history(rows); };
    cell(row, new Date(asked).toLocaleString());
    cell(row, handover.asked_by);
    cell(row, `${handover.from} → ${handover.to}`);
    cell(row, handover.result.replace('_', ' '), handover.result === 'committed' && handover.cut === 0 ? 'good' : 'bad');
    for (const key of ['moved', 'drained', 'cut']) cell(row, handover[key], 'n');
    const pause = handover.pause_ms;
    cell(row, pause ? `${pause.p50} / ${pause.p99} / ${pause.max}` : '–', 'n');
    cell(row, handover.total_ms, 'n');
    cell(row, handover.parent_gone_ms, 'n');
    if (opened.has(asked)) {
      const steps = body.insertRow();
      steps.className = 'steps';
      const all = steps.insertCell();
      all.colSpan = 10;
      for (const step of handover.timeline) all.append(`${step.ms} ms: ${step.what}`, document.createElement('br'));
      all.append(`${handover.total_ms} ms: ${handover.words}`);
    }
  });
}

function show(state) {
  token = state.token;
  const { lineage, generation } = state;
  at('summary').textContent = `${lineage ? lineage.state.replace('_', ' ') : generation.state.toLowerCase()} — generation ${generation.epoch}, `
    + `pid ${generation.pid}, version ${generation.version}, lineage up for ${generation.uptime_all_s} s`;
  at('upgrade').disabled = !lineage || lineage.handover !== null;
  at('rollback').disabled = !lineage?.handover;
  at('drain').disabled = generation.state !== 'LIVE';
  if (state.order) say(state.order);
  tellVerdict(state.history.at(-1));
  Lineage.draw(at('lineage'), lineage, generation, movedSince(state));
  count(state);
  drawConnections();
  drawPauses(generation.pauses);
  history(state.history);
  fill('listeners', state.listeners, (body, each) => {
    const row = body.insertRow();
    cell(row, each.name);
    cell(row, each.address);
    for (const key of ['active', 'total', 'requests', 'errors']) cell(row, each[key], key === 'errors' && each[key] > 0 ? 'n bad' : 'n');
  });
  fill('clusters', state.clusters.flatMap(cluster => cluster.endpoints.map(endpoint => ({ cluster, endpoint }))), (body, { cluster, endpoint }) => {
    const row = body.insertRow();
    cell(row, cluster.name);
    cell(row, endpoint.address);
    cell(row, endpoint.healthy ? 'healthy' : 'unhealthy', endpoint.healthy ? 'good' : 'bad');
    for (const key of ['connections', 'requests', 'failed']) cell(row, endpoint[key], 'n');
  });
}

// Who gave the order may have been gone when it was carried out: the journal knows how it ended.
function tellVerdict(newest) {
  const verdict = newest ? `${newest.at} ${newest.handover.result}` : '';
  if (lastVerdict !== null && newest && verdict !== lastVerdict) {
    const { from, to, result, words } = newest.handover;
    say(`hot restart ${from} → ${to} ${result.replace('_', ' ')}: ${words}`);
  }
  lastVerdict = verdict;
}

function say(text) {
  const line = at('order');
  line.hidden = false;
  line.textContent = text;
  line.classList.toggle('refused', /refused|failed|rolled back|cannot/.test(text));
}

async function order(what) {
  try {
    const answer = await fetch(`/console/${what}`, { method: 'POST', headers: { 'X-Baton-Token': token } });
    say((await answer.text()).trim());
  } catch (e) {
    say(`${what} was not asked for: ${e.message}`);
  }
}

async function look() {
  let next = EVERY_MS;
  try {
    const answer = await fetch('/console/state', { cache: 'no-store' });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    const state = await answer.json();
    lost = 0;
    show(state);
    if (state.lineage?.handover) next = QUICK_MS;
  } catch (e) {
    // Between two generations the address is nobody's for some milliseconds.
    next = QUICK_MS;
    if (++lost > 10) at('summary').textContent = `nobody answers (${e.message})`;
  }
  setTimeout(look, next);
}

at('upgrade').onclick = () => order('upgrade');
at('rollback').onclick = () => order('rollback');
at('drain').onclick = () => confirm('Stop accepting, and ask clients to leave?') && order('drain');
matchMedia('(prefers-color-scheme: dark)').onchange = () => {
  [connections, pauses].forEach(plot => plot?.destroy());
  connections = pauses = null;
};
look();
