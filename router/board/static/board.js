// Shows the board: takes rows that changed from the server, draws only those, and says how old they are.
// Every text goes in as text, never as HTML; nothing here is worked out that the server has not said.

const SVG = "http://www.w3.org/2000/svg";
const WORDS = JSON.parse(document.body.dataset.words);
const ROOM = document.body.dataset.room;
const BEAT_MS = 1000;
const STALE_MS = 5000; // the server beats every second: five of them missed is no hiccup
const TURN_MS = 9000; // how long a page of queues or agents stays
const WIDE = matchMedia("(min-width: 1200px)");

const rows = new Map();
const dirty = new Set();
// what counts up by itself, by the element it stands in: {node, since, draw}
const clocks = { sum: new Map(), queues: new Map(), alarms: new Map() };
let offsetMs = null; // the server's clock minus ours
let source = null;
let lastId = "";
let heardAt = performance.now();
let freshAgeMs = 0; // how old the server's own knowledge was when we last heard
let trouble = "reading";
let troubleDetail = "";
let retryMs = 300;
let connectedAt = 0;

// --- small things ------------------------------------------------------------------------------------------

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function word(key, fill) {
  const text = WORDS[key] ?? key;
  return fill ? text.replace(/\{(\w+)\}/g, (whole, name) => fill[name] ?? "") : text;
}

const now = () => Date.now() + (offsetMs ?? 0);
const has = (id) => document.getElementById(id);

function span(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 6000) return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
  return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, "0")}`;
}

const shapes = {
  ready: "M8 1a7 7 0 1 0 0 14A7 7 0 1 0 8 1z",
  ringing: "M8 1l7 14H1z",
  reserved: "M8 1l7 14H1z",
  talking: "M1 2h14v9H8l-4 4v-4H1z",
  holding: "M1 2h5v12H1zM10 2h5v12h-5z",
  consulting: "M1 2h14v9H8l-4 4v-4H1z",
  wrap_up: "M8 0l8 8-8 8-8-8z",
  paused: "M2 2h4v12H2zM10 2h4v12h-4z",
  not_answering: "M3 0l5 5 5-5 3 3-5 5 5 5-3 3-5-5-5 5-3-3 5-5-5-5z",
  signed_out: "M8 1a7 7 0 1 0 0 14A7 7 0 1 0 8 1zm0 3a4 4 0 1 1 0 8a4 4 0 1 1 0-8z",
  warn: "M8 1l7.500 14H.5z",
  bad: "M5 0h6l5 5v6l-5 5H5l-5-5V5z",
};

function shape(name, className) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", shapes[name] ?? shapes.signed_out);
  svg.append(path);
  return svg;
}

// --- cells: a value, or "-" and why ---------------------------------------------------------------------------

const draws = {
  count: (v) => [String(v)],
  share: (v) => [v > 0 && v < 9.95 ? v.toFixed(1) : v.toFixed(0), "%"],
  ms: (v) => [span(v)],
  seconds: (v) => (v < 99950 ? [(v / 1000).toFixed(0), "s"] : [span(v)]),
};

function count(book, element, since, draw) {
  const node = document.createTextNode(draw(now() - since));
  element.append(node);
  clocks[book].set(element, { node, since, draw });
}

function fill(book, element, cell, kind) {
  clocks[book].delete(element);
  element.replaceChildren();
  element.classList.remove("lacking");
  element.removeAttribute("title");
  if (cell.level === "warn" || cell.level === "bad") element.append(shape(cell.level, "flag"));
  if (cell.since !== undefined && cell.since !== null) {
    count(book, element, cell.since, span);
    return;
  }
  if (cell.v === null || cell.v === undefined) {
    element.classList.add("lacking");
    element.append("–");
    element.title = word(`why.${cell.why}`);
    return;
  }
  const [text, unit] = draws[kind](cell.v);
  element.append(text);
  if (unit) element.append(make("span", "unit", unit));
}

function level(element, cell) {
  element.classList.toggle("warn", cell.level === "warn");
  element.classList.toggle("bad", cell.level === "bad");
}

// --- the sums -------------------------------------------------------------------------------------------------

function bar(have, mark) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "bar");
  svg.setAttribute("viewBox", "0 0 100 4");
  svg.setAttribute("preserveAspectRatio", "none");
  for (const [x, width, name] of [[0, 100, ""], [0, have, "have"], [mark - 0.3, 0.6, "mark"]]) {
    const rect = document.createElementNS(SVG, "rect");
    rect.setAttribute("x", x);
    rect.setAttribute("width", width);
    rect.setAttribute("height", 4);
    rect.setAttribute("class", name);
    svg.append(rect);
  }
  return svg;
}

function tile(id, title, cell, kind, under) {
  const box = make("div", "tile");
  box.dataset.cell = id;
  box.append(make("h2", "", word(title)));
  const big = make("div", "big");
  fill("sum", big, cell, kind);
  level(box, cell);
  box.append(big);
  if (cell.v === null && cell.since === undefined) box.append(make("div", "under why", word(`why.${cell.why}`)));
  else if (under instanceof Node) box.append(under);
  else box.append(make("div", "under", under ?? " "));
  return box;
}

const sums = new Map(); // the tiles that stand there, and what they say

function sumTile(id, said, draw) {
  // a tile that says the same stays; what counts up in one that goes is forgotten
  const told = JSON.stringify(said);
  const kept = sums.get(id);
  if (kept?.told === told) return kept.box;
  for (const element of clocks.sum.keys()) if (kept?.box.contains(element)) clocks.sum.delete(element);
  const box = draw();
  if (kept) kept.box.replaceWith(box);
  sums.set(id, { told, box });
  return box;
}

function drawSum(row) {
  const place = has("sum");
  if (!place || !row) return;
  const target = word("target", { share: `${row.target}%`, seconds: row.within_s });
  const today = word("of_offered", { answered: row.answered.v ?? 0, offered: row.offered.v ?? 0 });
  const tiles = [
    sumTile("waiting", [row.waiting, row.average], () =>
      tile("waiting", "waiting", row.waiting, "count", row.average.since ? average(row) : undefined)),
    sumTile("longest", row.longest, () => tile("longest", "longest_wait", row.longest, "ms", row.longest.queue)),
    sumTile("sl_now", [row.sl_now, row.target, row.within_s], () => {
      const sl = tile("sl_now", "level", row.sl_now, "share", `${word("now_15")} · ${target}`);
      if (row.sl_now.v !== null) sl.append(bar(row.sl_now.v, row.target));
      return sl;
    }),
    sumTile("abandoned", [row.abandoned, today, row.offered.v], () =>
      tile("abandoned", "abandoned_today", row.abandoned, "share", row.offered.v ? today : undefined)),
    sumTile("ready", [row.ready, row.agents], () => {
      const ready = make("div", "under states");
      ready.append(...states(row.agents));
      return tile("ready", "agents_ready", row.ready, "count", ready);
    }),
  ];
  if (place.children.length !== tiles.length) place.replaceChildren(...tiles);
}

function average(row) {
  const line = make("div", "under", `${word("average")} `);
  count("sum", line, row.average.since, span);
  return line;
}

function states(counts) {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => {
      const part = make("span", state);
      part.title = word(`state.${state}`);
      part.append(shape(state, "shape"), make("em", "", String(count)));
      return part;
    });
}

// --- queues ---------------------------------------------------------------------------------------------------

const COLUMNS = [
  ["waiting", "count", "main", "waiting"],
  ["longest", "ms", "half", "longest"],
  ["average", "ms", "", "average"],
  ["expected", "ms", "", "expected"],
  ["sl_now", "share", "half", "level_now"],
  ["sl_half", "share", "", "level_half"],
  ["sl_day", "share", "", "level_day"],
  ["answered", "count", "", "answered"],
  ["abandoned", "share", "", "abandoned"],
  ["asa", "seconds", "", "asa"],
  ["late", "share", "", "late"],
  ["rings", "share", "", "rings"],
  ["callbacks", "count", "", "callbacks"],
  ["messages", "count", "", "messages_open"],
];

const queues = new Map(); // what is drawn of each queue; null: it has not been shown yet
const shownNow = new Set(); // the queues whose turn it is

function changeQueue(key) {
  // a queue whose page is not shown is drawn when it is
  if (!rows.has(key)) dropQueue(key);
  else if (shownNow.has(key)) drawQueue(key);
  else if (!queues.has(key)) queues.set(key, null);
}

function dropQueue(key) {
  const gone = queues.get(key);
  if (gone) {
    for (const { value } of Object.values(gone.cells)) clocks.queues.delete(value);
    gone.box.remove();
  }
  queues.delete(key);
  if (shownNow.delete(key)) shownQueues = "";
}

function drawQueue(key) {
  const row = rows.get(key);
  let parts = queues.get(key);
  if (!parts) {
    const box = make("article", "queue");
    box.dataset.queue = row.name;
    const head = make("div");
    const title = make("h3");
    const line = make("div", "states");
    head.append(title, line);
    box.append(head);
    const cells = {};
    for (const [name, , size, label] of COLUMNS) {
      const cell = make("div", `cell ${size}`);
      cell.dataset.cell = name;
      const value = make("b");
      cell.append(make("i", "", word(label)), value);
      box.append(cell);
      cells[name] = { cell, value, told: "" };
    }
    parts = { box, title, line, cells, head: "" };
    queues.set(key, parts);
  }
  const head = JSON.stringify([row.title, row.closed, row.agents]);
  if (head !== parts.head) {
    parts.head = head;
    parts.title.replaceChildren(row.title);
    if (row.closed) parts.title.append(make("small", "", word("closed")));
    parts.line.replaceChildren(...states(row.agents));
  }
  for (const [name, kind] of COLUMNS) {
    const part = parts.cells[name];
    const told = JSON.stringify(row[name]);
    if (told === part.told) continue;
    part.told = told;
    fill("queues", part.value, row[name], kind);
    level(part.cell, row[name]);
    part.cell.querySelector(".spread")?.remove();
    if (row[name].spread) part.cell.append(spread(row[name].spread));
  }
}

const WAITS = ["0–5 s", "5–20 s", "20–60 s", "1–3 min", "> 3 min"];

function spread(counts) {
  // how long they had waited who hung up: misdialling stands on the left, the queue's fault on the right
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "spread");
  svg.setAttribute("viewBox", "0 0 50 10");
  svg.setAttribute("preserveAspectRatio", "none");
  const title = document.createElementNS(SVG, "title");
  title.textContent = `${word("spread")}: ${counts.map((count, index) => `${WAITS[index]}: ${count}`).join(", ")}`;
  svg.append(title);
  const most = Math.max(...counts, 1);
  counts.forEach((count, index) => {
    for (const [height, name] of [[1, "base"], [count ? Math.max(1.6, (count / most) * 10) : 0, ""]]) {
      const rect = document.createElementNS(SVG, "rect");
      for (const [key, value] of Object.entries({ x: index * 10 + 0.7, width: 8.6, y: 10 - height, height, class: name })) rect.setAttribute(key, value);
      svg.append(rect);
    }
  });
  return svg;
}

function rank(row) {
  const points = { bad: 200, warn: 50 };
  return ["longest", "waiting", "sl_now"].reduce((sum, name) => sum + (points[row[name].level] ?? 0), row.waiting.v);
}

let queuePage = 0;
let shownQueues = "";

function layQueues() {
  const place = has("queues");
  if (!place) return;
  let keys = [...queues.keys()].sort((a, b) => rows.get(a).place - rows.get(b).place);
  const wide = WIDE.matches;
  const room = queueRoom();
  place.classList.toggle("compact", wide && keys.length > room.normal);
  const per = wide ? Math.max(1, keys.length > room.normal ? room.compact : room.normal) : keys.length || 1;
  const pages = Math.max(1, Math.ceil(keys.length / per));
  queuePage %= pages;
  // where not all fit, those in the most trouble come first and everybody's turn comes; nothing jumps while it is read
  if (pages > 1) keys = turned(keys, queuePage);
  const shown = keys.slice(queuePage * per, queuePage * per + per);
  const told = `${shown.join("\n")}|${queuePage}/${pages}`;
  if (told === shownQueues) return;
  shownQueues = told;
  shownNow.clear();
  for (const key of shown) {
    shownNow.add(key);
    drawQueue(key);
  }
  const columns = make("div", "columns");
  const head = make("span", "", word("queue"));
  if (pages > 1) head.append(make("span", "pages", word("page", { page: queuePage + 1, pages })));
  columns.append(head, ...COLUMNS.map(([, , , label]) => make("span", "", word(label))));
  const boxes = shown.map((key) => queues.get(key).box);
  place.replaceChildren(columns, ...boxes);
  if (!keys.length) place.append(make("p", "empty", word("no_queues")));
}

let turn = { page: -1, keys: [] };

function turned(keys, page) {
  if (turn.page !== page || turn.keys.length !== keys.length || !turn.keys.every((key) => queues.has(key))) {
    const sorted = [...keys].sort((a, b) => rank(rows.get(b)) - rank(rows.get(a)) || rows.get(a).place - rows.get(b).place);
    // a round shows everybody once, in the order in which it began
    turn = { page, keys: page === 0 || turn.keys.length !== keys.length ? sorted : turn.keys };
  }
  return turn.keys;
}

function queueRoom() {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const main = document.querySelector("main");
  const lower = document.querySelector(".lower");
  const least = lower ? 15.5 * rem : 0;
  const sum = has("sum") ? has("sum").offsetHeight + 1.1 * rem : 0;
  const free = main.clientHeight - sum - least - (lower ? 1.1 * rem : 0) - 3.9 * rem;
  return { normal: Math.floor(free / (5.5 * rem)), compact: Math.floor((free - 0.6 * rem) / (4.3 * rem)) };
}

// --- agents ---------------------------------------------------------------------------------------------------

const seats = new Map();
const ORDER = ["not_answering", "reserved", "ringing", "talking", "holding", "consulting", "wrap_up", "ready", "paused", "signed_out"];

function drawSeat(key) {
  const row = rows.get(key);
  if (!row) {
    seats.get(key)?.box.remove();
    seats.delete(key);
    return;
  }
  let parts = seats.get(key);
  if (!parts) {
    const box = make("div", "seat");
    box.dataset.agent = row.agent;
    const number = make("strong", "", row.agent);
    const state = make("span");
    const time = make("time", "", "");
    const text = time.appendChild(document.createTextNode(""));
    const icon = shape(row.state, "shape");
    box.append(number, icon, state, time);
    parts = { box, state, time: text, path: icon.firstChild, told: "" };
    seats.set(key, parts);
  }
  const time = row.since ? span(now() - row.since) : "";
  if (parts.time.data !== time) parts.time.data = time;
  const told = `${row.state} ${row.level} ${row.note}`;
  if (told === parts.told) return;
  parts.told = told;
  parts.box.className = `seat ${row.state} ${row.level}`;
  parts.path.setAttribute("d", shapes[row.state] ?? shapes.signed_out);
  const said = row.note ? word(row.note) : word(`state.${row.state}`);
  parts.state.textContent = said;
  parts.box.title = `${row.agent} · ${said}`;
}

let agentPage = 0;
let shownAgents = "";

function layAgents() {
  const place = has("agents");
  if (!place) return;
  const keys = [...seats.keys()].filter((key) => rows.get(key).state !== "signed_out" || seats.size <= 60);
  keys.sort((a, b) => weight(rows.get(a)) - weight(rows.get(b)) || (rows.get(a).agent < rows.get(b).agent ? -1 : 1));
  const { scale, per, size } = WIDE.matches ? seatScale(place, keys.length) : { scale: 1, per: keys.length || 1, size: "" };
  const pages = Math.max(1, Math.ceil(keys.length / per));
  agentPage %= pages;
  const shown = keys.slice(agentPage * per, agentPage * per + per);
  const told = `${shown.join(" ")}|${scale}${size}|${agentPage}/${pages}`;
  if (told === shownAgents) return;
  shownAgents = told;
  place.className = `tiles ${size}`;
  place.style.fontSize = `${scale}rem`;
  place.replaceChildren(...shown.map((key) => seats.get(key).box));
  if (!seats.size) place.append(make("p", "empty", word("no_agents")));
  has("agents-page").textContent = pages > 1 ? word("page", { page: agentPage + 1, pages }) : "";
}

let shownStates = "";

function drawStates() {
  const place = has("states");
  if (!place) return;
  const counts = Object.fromEntries(ORDER.map((state) => [state, 0]));
  for (const key of seats.keys()) counts[rows.get(key).state] += 1;
  const told = JSON.stringify(counts);
  if (told === shownStates) return;
  shownStates = told;
  place.replaceChildren(...states(counts).map((part) => (part.append(` ${part.title}`), part)));
}

const weight = (row) => ({ bad: 0, warn: 1 })[row.level] ?? 2 + ORDER.indexOf(row.state);
// sizes of tiles, from the largest: with state and time, with time, and with the number only
const SCALES = [1.5, 1.35, 1.2, 1.1, 1, 0.95].map((scale) => [scale, ""])
  .concat([0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.57].map((scale) => [scale, "small"]))
  .concat([0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.56, 0.52, 0.48, 0.45].map((scale) => [scale, "tiny"]));

function seatScale(place, count) {
  // the largest tiles of which all fit; where not even the smallest do, pages of these
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  let found;
  for (const [scale, size] of SCALES) {
    const em = scale * rem;
    const across = Math.floor((place.clientWidth + 0.5 * em) / (8.4 * em));
    const down = Math.floor((place.clientHeight + 0.5 * em) / ((size === "tiny" ? 3.4 : 5.5) * em));
    found = { scale, size, per: Math.max(1, across * down) };
    if (count <= found.per) break;
  }
  return found;
}

// --- alarms ---------------------------------------------------------------------------------------------------

let audio = null;
const soundWanted = () => localStorage.getItem("hotline-sound") === "on";

function drawAlarms() {
  const place = has("alarms");
  const all = grouped([...rows.entries()].filter(([key]) => key.startsWith("alarm:")).map(([, row]) => row));
  all.sort((a, b) => (a.level === b.level ? b.since - a.since : a.level === "bad" ? -1 : 1));
  clocks.alarms.clear();
  const most = WIDE.matches ? 3 : 6;
  place.replaceChildren(...all.slice(0, most).map(alarmBox));
  if (all.length > most) place.append(make("div", "alarm", word("alarms_more", { count: all.length - most })));
  place.hidden = !all.length;
}

function grouped(all) {
  // many agents, one trouble: one box that names them
  const kinds = new Map();
  for (const row of all) kinds.set(row.kind, [...(kinds.get(row.kind) ?? []), row]);
  return [...kinds.values()].map((some) => {
    some.sort((a, b) => a.counts_from - b.counts_from);
    const names = some.slice(0, 3).map((row) => row.who).join(", ");
    return { ...some[0], who: some.length > 3 ? `${names} +${some.length - 3}` : names };
  });
}

function alarmBox(row) {
  const box = make("div", `alarm ${row.level}`);
  box.dataset.kind = row.kind;
  const key = `alarm.${row.kind}` in WORDS ? `alarm.${row.kind}` : "alarm.other";
  const text = make("span");
  const say = (ms) => word(key, { who: row.who, count: row.count, kind: row.kind, detail: row.detail, age: span(ms) });
  box.append(shape(row.level, "shape"), text);
  if (WORDS[key].includes("{age}")) count("alarms", text, row.counts_from, say);
  else {
    text.textContent = say(0);
    const age = make("time");
    box.append(age);
    count("alarms", age, row.counts_from, span);
  }
  return box;
}

function sing(levelName) {
  if (!audio || audio.state !== "running" || !soundWanted()) return;
  const tones = levelName === "bad" ? [880, 660, 880, 660] : [660, 880];
  tones.forEach((hertz, index) => {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const begins = audio.currentTime + index * 0.22;
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0.0001, begins);
    volume.gain.exponentialRampToValueAtTime(0.3, begins + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, begins + 0.2);
    tone.connect(volume).connect(audio.destination);
    tone.start(begins);
    tone.stop(begins + 0.21);
  });
  document.body.dataset.sounded = String(Number(document.body.dataset.sounded ?? 0) + 1);
}

function drawSound() {
  const button = has("sound");
  const on = soundWanted() && audio?.state === "running";
  button.textContent = word(on ? "sound_on" : "sound_off");
  button.setAttribute("aria-pressed", String(on));
}

has("sound").addEventListener("click", async () => {
  // browsers let a page make sounds only after somebody has clicked
  const on = soundWanted() && audio?.state === "running";
  localStorage.setItem("hotline-sound", on ? "off" : "on");
  audio ??= new AudioContext();
  if (!on) await audio.resume();
  drawSound();
  if (!on) sing("warn");
});

// --- what comes from the server -----------------------------------------------------------------------------

function take(patch, id) {
  lastId = id;
  if (patch.build !== document.body.dataset.build) return location.reload();
  const first = rows.size === 0;
  if (patch.whole) {
    for (const key of rows.keys()) if (!(key in patch.rows)) patch.rows[key] = null;
  }
  let loudest = "";
  for (const [key, row] of Object.entries(patch.rows)) {
    if (row && key.startsWith("alarm:") && !rows.has(key) && !first) loudest = row.level === "bad" ? "bad" : loudest || "warn";
    if (row === null) rows.delete(key);
    else rows.set(key, row);
    dirty.add(key);
  }
  if (loudest) sing(loudest);
  heard(patch);
  schedule();
}

function heard(message) {
  heardAt = performance.now();
  // the smallest difference seen is the nearest to the truth: a message can be late, never early
  const seen = message.now_ms - Date.now();
  offsetMs = offsetMs === null || seen > offsetMs || seen < offsetMs - 5000 ? seen : offsetMs;
  freshAgeMs = Math.max(0, message.now_ms - message.fresh_ms);
  trouble = message.trouble ?? "";
  troubleDetail = message.detail ?? "";
  document.body.dataset.seq = message.seq;
  document.body.dataset.measured = message.measured;
}

let scheduled = false;
let laidAt = 0; // what stands where is looked at less often than what it says, where there is much of it
let layLater = 0;
const MANY = 60;
const LAY_MS = 1000;

function schedule() {
  if (scheduled) return;
  scheduled = true;
  // a hidden page gets no frames, and has nothing to show
  requestAnimationFrame(draw);
}

function draw() {
  scheduled = false;
  let queuesMoved = false, agentsMoved = false, alarmsMoved = false;
  for (const key of dirty) {
    const [kind] = key.split(":", 1);
    if (kind === "queue") (changeQueue(key), (queuesMoved = true));
    else if (kind === "agent") (drawSeat(key), (agentsMoved = true));
    else if (kind === "alarm") alarmsMoved = true;
    else if (key === `sum:${ROOM}`) drawSum(rows.get(key));
    else if (key === `trend:${ROOM}`) drawTrend(rows.get(key));
    else if (key === "note") drawNote(rows.get(key));
  }
  dirty.clear();
  if (alarmsMoved) drawAlarms();
  if (queuesMoved || agentsMoved || alarmsMoved) lay(alarmsMoved);
  drawFresh();
  document.body.dataset.drawn = document.body.dataset.seq;
  // the server waits for this: what changes meanwhile comes in one piece
  if (source?.readyState === WebSocket.OPEN) source.send("drawn");
}

function drawTrend(row) {
  const image = has("trend");
  if (!image || !row) return;
  const query = new URLSearchParams({ theme: document.documentElement.dataset.theme, lang: document.body.dataset.lang, v: row.v });
  image.src = `/trend/${encodeURIComponent(ROOM)}.svg?${query}`;
  image.hidden = false;
}

function drawNote(row) {
  const place = has("note");
  place.hidden = !row;
  if (row) place.textContent = word(row.key, { time: row.at ? hour(row.at) : "", count: row.count });
}

function lay(atOnce) {
  const many = seats.size > MANY || queues.size > MANY;
  const wait = many && !atOnce ? laidAt + LAY_MS - performance.now() : 0;
  if (wait > 0) {
    layLater ||= setTimeout(() => ((layLater = 0), lay(true)), wait);
    return;
  }
  laidAt = performance.now();
  drawStates();
  layQueues();
  layAgents();
}

// --- how fresh it is ---------------------------------------------------------------------------------------------

function drawFresh() {
  const age = freshAgeMs + (performance.now() - heardAt);
  const cut = !source || source.readyState !== WebSocket.OPEN;
  const stale = age > STALE_MS;
  const place = has("fresh");
  const why = cut ? word("cut") : trouble ? word(trouble, { count: troubleDetail }) : "";
  const text = stale
    ? [word("old", { age: span(age) }), why].filter(Boolean).join(" · ")
    : why || `${word("live")} · ${Math.floor(age / 1000)} s`;
  if (place.textContent !== text) place.textContent = text;
  place.classList.toggle("stale", stale);
  document.body.classList.toggle("stale", stale);
}

const hours = new Intl.DateTimeFormat(document.documentElement.lang, {
  hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: document.body.dataset.zone,
});
const hour = (ms) => hours.format(ms);

function tick() {
  const at = now();
  for (const book of Object.values(clocks)) {
    for (const [element, { node, since, draw: say }] of book) {
      if (!element.isConnected) continue; // a queue whose page is not shown now
      const text = say(at - since);
      if (node.data !== text) node.data = text;
    }
  }
  for (const box of has("agents")?.children ?? []) {
    const key = `agent:${box.dataset.agent}`;
    const row = rows.get(key);
    const time = seats.get(key)?.time;
    if (row?.since && time) {
      const text = span(at - row.since);
      if (time.data !== text) time.data = text;
    }
  }
  has("clock").textContent = hour(at);
  drawFresh();
}

// --- the connection ----------------------------------------------------------------------------------------------

function connect() {
  connectedAt = performance.now();
  if (source) source.onclose = null;
  source?.close();
  const query = new URLSearchParams({ room: ROOM });
  if (lastId) query.set("after", lastId);
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = (source = new WebSocket(`${scheme}://${location.host}/live?${query}`));
  socket.onmessage = (event) => {
    if (socket !== source) return;
    const message = JSON.parse(event.data);
    if (message.rows) {
      retryMs = 300;
      take(message, message.id);
    } else {
      heard(message);
      drawFresh();
    }
  };
  socket.onclose = () => {
    drawFresh();
    refused();
  };
}

async function refused() {
  try {
    const answer = await fetch(`/may?room=${encodeURIComponent(ROOM)}`, { cache: "no-store", signal: AbortSignal.timeout(4000) });
    if (answer.status === 401 || answer.status === 404) return location.reload();
  } catch { /* not there at all: try again below */ }
  setTimeout(connect, retryMs);
  retryMs = Math.min(retryMs * 2, 3000);
}

setInterval(tick, 500);
setInterval(() => {
  // a network that was cut says nothing: no beat for long means the connection is dead, whatever it claims
  const at = performance.now();
  if (at - heardAt > 4 * BEAT_MS && at - connectedAt > 4 * BEAT_MS) connect();
}, BEAT_MS);
setInterval(() => {
  if (!WIDE.matches) return;
  queuePage += 1;
  agentPage += 1;
  layQueues();
  layAgents();
}, TURN_MS);
addEventListener("resize", () => { shownQueues = shownAgents = ""; layQueues(); layAgents(); });
if (soundWanted()) { audio = new AudioContext(); audio.onstatechange = drawSound; }
drawSound();
tick();
connect();
