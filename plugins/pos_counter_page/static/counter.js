// The page's one module: what is touched goes to the till, what the till does is shown.
// No library. The server draws; this puts what it drew in its place.

const byId = (id) => document.getElementById(id);
const all = (selector) => document.querySelectorAll(selector);
const states = new Map();

// ---- To the till: in order, one message at a time, with all that was done meanwhile.

let waiting = [];
let sending = false;

function act(...acts) {
  // What was laid on the scale a moment ago was there before the key that follows.
  if (grams !== null) waiting.push({ type: "weigh", grams });
  grams = null;
  waiting.push(...acts);
  if (!sending && waiting.length) send();
}

async function send() {
  sending = true;
  while (waiting.length) {
    const body = JSON.stringify(waiting.splice(0, 200));
    try {
      const answer = await fetch("acts", { method: "POST", body });
      if (!answer.ok) say(await answer.text());
    } catch {
      say(document.body.dataset.lost);
    }
  }
  sending = false;
}

// ---- From the till: server-sent events, each a list of things that have changed.

function say(text) {
  if (!text) return;
  const word = document.createElement("p");
  word.textContent = text;
  byId("words").append(word);
  setTimeout(() => word.remove(), 6000);
}

const showing = {
  begin() {
    byId("papers").replaceChildren();
    byId("lines")?.replaceChildren();
  },
  panel(name, value) {
    const place = byId(name);
    if (!place) return;
    const down = atEnd(place), held = place.contains(document.activeElement) && document.activeElement;
    if (name === "keypad") keepOpen(place, () => { place.innerHTML = value; });
    else place.innerHTML = value;
    if (held) holdOn(place, held);
    if (name === "hanging") feed();
    else if (down) toTheEnd(place);
    if (name === "keypad") learnCodes();
    if (name === "keypad" || name === "lesson") point();
    if (name === "lesson") tell(place);
  },
  state(name, value) {
    states.set(name, value);
    show(name, value);
  },
  paper(name, value) {
    const roll = byId("papers");
    const holder = document.createElement("div");
    holder.className = "slip";
    holder.innerHTML = value;
    roll.append(holder);
    while (roll.childElementCount > KEPT) roll.firstElementChild.remove();
    byId("picture").disabled = false;
    feed();
  },
  line(name, value) {
    const list = byId("lines");
    if (!list) return;
    const down = atEnd(list);
    const item = document.createElement("li");
    item.textContent = value;
    list.append(item);
    while (list.childElementCount > 400) list.firstElementChild.remove();
    if (down) toTheEnd(list);
  },
  tone(name, value) { sound(value); },
  word(name, value) { say(value); },
  done(name, value) { learnt(value); },
};

// The keys that a lesson asks for now are marked, wherever they lie.
function point() {
  const caps = [...all("#lesson li[aria-current] kbd")].map((each) => each.textContent);
  for (const key of all("#keypad .wanted")) key.classList.remove("wanted");
  for (const cap of new Set(caps.flatMap((each) => (/^\d+$/.test(each) ? [...each] : [each])))) {
    const keys = [...all("#keypad .key")].filter((key) => key.querySelector(".cap").textContent === cap);
    const key = keys.find((each) => !each.closest("details")) ?? keys[0];
    key?.classList.add("wanted");
    const drawer = key?.closest("details");
    if (drawer) drawer.open = true;
  }
}

function tell(lesson) {
  const said = [...lesson.querySelectorAll("li[aria-current], .over, .cause")].map((each) => each.textContent);
  byId("step").textContent = said.join(" ; ");
}

const KEPT = 60; // Papers that the page holds; earlier ones come back as the roll is scrolled.

function atEnd(place) {
  return place.scrollHeight - place.scrollTop - place.clientHeight < 8;
}

function toTheEnd(place) {
  place.scrollTop = place.scrollHeight;
}

// Whoever works by the keyboard is where he was, or beside it: not at the page's beginning.
function holdOn(place, held) {
  const same = held.dataset?.chord && place.querySelector(`[data-chord="${held.dataset.chord}"]`);
  (same || place.closest("aside")?.querySelector(".close"))?.focus();
}

function keepOpen(place, change) {
  const open = [...place.querySelectorAll("details")].map((each) => each.open);
  change();
  place.querySelectorAll("details").forEach((each, at) => { each.open = open[at] ?? false; });
}

function show(name, value) {
  const on = value === "1";
  for (const each of all(`[data-state="${name}"]`)) each.setAttribute("aria-pressed", on);
  for (const each of all(`[data-is^="${name}="]`))
    each.setAttribute("aria-pressed", each.dataset.is === `${name}=${value}`);
  if (name === "power") {
    document.body.dataset.power = value;
    byId("relight").hidden = value !== "off";
  } else if (name === "drawer") {
    byId("drawer").classList.toggle("open", on);
    byId("shut").disabled = !on;
  } else if (name === "scale.turn") {
    document.documentElement.style.setProperty("--turn", value);
  } else if (name === "card.waits") {
    for (const each of all("[data-card]")) each.disabled = !on;
    document.querySelector(".part.card").classList.toggle("waits", on);
  } else if (name === "scale.moving") {
    document.documentElement.classList.toggle("moving", on);
  } else if (name === "scale.grams") {
    if (document.activeElement !== byId("grams")) byId("grams").value = value;
  } else if (name === "display.lit") {
    byId("display").parentElement.classList.toggle("lit", on);
  } else if (name === "lesson") {
    if (value === "0" && document.activeElement === byId("leave")) holdOn(byId("leave"), byId("leave"));
    byId("leave").hidden = value === "0";
    for (const each of all("#course li")) each.classList.toggle("open", each.dataset.number === value);
  } else if (name === "team") {
    if (!byId("codes").hidden) fillSheet(); // It has their badges, or no longer.
  } else if (name === "network") {
    show("network.away", on ? "0" : "1");
  } else if (name === "language" && value !== document.body.dataset.language) {
    location.reload();
  } else if (name.startsWith("printer.")) {
    document.documentElement.classList.toggle(name.replace(".", "-"), on);
  }
}

const events = new EventSource("events");
events.onmessage = (message) => {
  for (const { kind, name, value } of JSON.parse(message.data)) showing[kind]?.(name, value);
};
events.onerror = () => { document.body.dataset.power = "away"; };
events.onopen = () => { if (states.has("power")) document.body.dataset.power = states.get("power"); };

// ---- The keypad, by hand and by the computer's keyboard.

let keyOf = new Map();

function learnCodes() {
  keyOf = new Map();
  for (const key of all("#keypad [data-chord]"))
    for (const code of key.dataset.codes.split(" ")) keyOf.set(code, key);
}

function press(key) {
  key.classList.add("down");
  setTimeout(() => key.classList.remove("down"), 120);
  act({ type: "press", chord: key.dataset.chord });
}

byId("keypad").addEventListener("click", (event) => {
  const key = event.target.closest("[data-chord]");
  if (key) press(key);
});

function isField(target) {
  return target.matches?.("input:not([type=range]), select, textarea");
}

// Escape shuts a panel, and is the key C otherwise: also amid a lesson, which asks for it.
function shuts(event) {
  const aside = event.code === "Escape" && event.target.closest?.("aside");
  return aside && !(aside.id === "lessons" && (states.get("lesson") ?? "0") !== "0") ? aside : null;
}

document.addEventListener("keydown", (event) => {
  if (isField(event.target) || event.metaKey || shuts(event)) return;
  const touched = event.target.closest?.("button, a, summary, [role=button], input, [tabindex]");
  // Tab, Enter and Space work the page where something of it has the focus.
  if (event.code === "Tab" || (touched && ["Enter", "Space"].includes(event.code))) return;
  if (touched?.matches("input[type=range], [role=region], ol, ul") && /^(Arrow|Page|Home|End)/.test(event.code)) return;
  const held = [["Control", event.ctrlKey], ["Shift", event.shiftKey], ["Alt", event.altKey]];
  const prefix = held.filter(([, down]) => down).map(([name]) => `${name}+`).join("");
  // A French keyboard types its digits with Shift: what is not held together is the plain key.
  const key = keyOf.get(prefix + event.code)
    ?? (event.ctrlKey || event.altKey ? undefined : keyOf.get(event.code));
  if (!key) return;
  event.preventDefault();
  press(key);
});

// ---- Scanner, scale, drawer, breakages.

byId("scanner").addEventListener("submit", (event) => {
  event.preventDefault();
  const code = byId("code").value;
  if (code) act({ type: "scan", code });
  byId("code").value = "";
});

document.addEventListener("click", (event) => {
  const target = event.target.closest("button, [role=button]");
  if (!target) return;
  const { dataset } = target;
  const on = target.getAttribute("aria-pressed") !== "true" && !("mend" in dataset);
  // At once: until the shop says what is so, a second click would mean the contrary.
  if (dataset.clock) show("clock.wrong_by", dataset.clock);
  else if (target.classList.contains("toggle")) target.setAttribute("aria-pressed", on);
  if (dataset.code) act({ type: "scan", code: dataset.code });
  else if (dataset.grams) weigh(Number(dataset.grams));
  else if (dataset.card) act({ type: "card", how: dataset.card });
  else if (dataset.scale) act({ type: "scale", key: dataset.scale });
  else if (target.id === "shut") act({ type: "drawer" });
  else if (target.id === "relight") act({ type: "power", how: "back" });
  else if (dataset.cable) act({ type: "cable", device: dataset.cable, ail: dataset.ail, on });
  else if (dataset.printer) act({ type: "printer", ail: dataset.printer, on });
  else if (dataset.power) act({ type: "power", how: dataset.power });
  else if ("disk" in dataset) act({ type: "disk", full: on });
  else if ("network" in dataset) act({ type: "network", on: !on });
  else if (dataset.clock) act({ type: "clock", wrong_by: Number(dataset.clock) });
  else if (dataset.lesson) {
    act({ type: "lesson", number: Number(dataset.lesson), show: dataset.show === "1" });
    byId("lessons").scrollTop = 0;
  } else if (target.id === "team") act({ type: "team" });
  else if (target.id === "print") print();
  else if (dataset.opens) open(dataset.opens, target);
  else if (target.classList.contains("close")) open(target.parentElement.id);
});

document.addEventListener("keydown", (event) => {
  const target = event.target.closest?.("[role=button]");
  if (target?.dataset.code && ["Enter", "Space"].includes(event.code)) {
    event.preventDefault();
    act({ type: "scan", code: target.dataset.code });
  }
});

for (const choice of all("[data-choose]"))
  choice.addEventListener("change", () => act({ type: "choose", [choice.dataset.choose]: choice.value }));

let grams = null;

function weigh(value) {
  byId("grams").value = value;
  if (grams === null) setTimeout(act, 60);
  grams = value;
}

byId("grams").addEventListener("input", (event) => weigh(Number(event.target.value)));

// ---- Panels at the side: one at a time.

function open(name) {
  for (const aside of all("aside")) {
    const wanted = aside.id === name && aside.hidden;
    aside.hidden = !wanted;
    const opener = document.querySelector(`[data-opens="${aside.id}"]`);
    opener.setAttribute("aria-expanded", wanted);
    if (wanted) {
      aside.querySelector(".close").focus();
      if (name === "codes") fillSheet();
      for (const list of aside.querySelectorAll("ol, ul")) toTheEnd(list);
    } else if (aside.id === name) opener.focus();
  }
  document.documentElement.classList.toggle("aside", [...all("aside")].some((each) => !each.hidden));
}

document.addEventListener("keyup", (event) => {
  const aside = shuts(event);
  if (aside) open(aside.id);
});

async function fillSheet() {
  const answer = await fetch("codes");
  const sheet = await answer.text();
  const opened = new Set([...all("#sheet [open] summary")].map((each) => each.textContent));
  byId("sheet").innerHTML = sheet;
  // The first group is in sight: the badges, once somebody has one.
  for (const [at, group] of all("#sheet details").entries())
    group.open = at === 0 || opened.has(group.firstElementChild.textContent);
  search();
}

function search() {
  const wanted = byId("search").value.trim().toLowerCase();
  for (const card of all("#sheet .card")) card.hidden = !card.textContent.toLowerCase().includes(wanted);
  for (const group of all("#sheet details")) {
    group.hidden = !group.querySelector(".card:not([hidden])");
    if (wanted) group.open = true;
  }
}

byId("search").addEventListener("input", search);

// ---- Lessons: what was learnt stays in this browser, by its title: a shop may have its own.

const LEARNT = `learnt ${document.documentElement.lang}`;

function learntSoFar() {
  try {
    return new Set(JSON.parse(localStorage.getItem(LEARNT) ?? "[]"));
  } catch {
    return new Set(); // A browser that keeps nothing, or what somebody else has written there.
  }
}

function learnt(title) {
  const so_far = learntSoFar().add(title);
  try { localStorage.setItem(LEARNT, JSON.stringify([...so_far])); } catch { /* it is shown, not kept */ }
  showLearnt(so_far);
}

function showLearnt(so_far) {
  const items = [...all("#course li")];
  for (const each of items) each.classList.toggle("learnt", so_far.has(each.dataset.title));
  byId("card").hidden = !items.length || !items.every((each) => each.classList.contains("learnt"));
}

showLearnt(learntSoFar());

// ---- The roll: earlier papers as one scrolls back, and a picture of the last.

// The newest stands at the slot, whatever changes the roll's height, until somebody scrolls back.
let following = true;

function feed() {
  following = true;
  toTheEnd(byId("roll"));
}

const resized = new ResizeObserver(() => { if (following) toTheEnd(byId("roll")); });
for (const id of ["roll", "papers", "hanging"]) resized.observe(byId(id));

byId("roll").addEventListener("wheel", () => { following = false; }, { passive: true });
byId("roll").addEventListener("pointerdown", () => { following = false; });
byId("roll").addEventListener("keydown", () => { following = false; });

let fetching = false;

byId("roll").addEventListener("scroll", async () => {
  const roll = byId("roll");
  const first = byId("papers").querySelector("[data-paper]");
  if (fetching || !first || roll.scrollTop > 200 || first.dataset.paper === "1") return;
  fetching = true;
  const answer = await fetch(`papers?before=${first.dataset.paper}`);
  const found = document.createElement("template");
  found.innerHTML = await answer.text();
  const height = roll.scrollHeight;
  const slips = [...found.content.children].map((paper) => {
    const holder = document.createElement("div");
    holder.className = "slip";
    holder.append(paper);
    return holder;
  });
  byId("papers").prepend(...slips);
  roll.scrollTop += roll.scrollHeight - height;
  fetching = false;
});

byId("picture").addEventListener("click", async () => {
  const paper = byId("papers").lastElementChild?.firstElementChild;
  if (!paper) return;
  const [, , width, height] = paper.getAttribute("viewBox").split(" ").map(Number);
  const alone = paper.cloneNode(true);
  alone.setAttribute("width", width);
  alone.setAttribute("height", height);
  alone.style.fontFamily = getComputedStyle(paper).fontFamily;
  alone.querySelector(".sheet").setAttribute("fill", "#fffdf6");
  for (const hit of alone.querySelectorAll(".hit")) hit.remove();
  for (const dots of alone.querySelectorAll(".dots")) dots.setAttribute("stroke", "#000");
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(alone))}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").drawImage(picture, 0, 0);
  const link = document.createElement("a");
  link.href = canvas.toDataURL("image/png");
  link.download = `ticket-${paper.dataset.paper}.png`;
  link.click();
});

// ---- Sounds: off until somebody asks for them, since a browser is silent before a touch.

let audio = null;
const NOTES = { accepted: [2000, 1, 0.07], refused: [400, 2, 0.15], alarm: [1000, 3, 0.35] };

byId("sound").addEventListener("click", () => {
  if (audio) { audio.close(); audio = null; } else { audio = new AudioContext(); }
  byId("sound").setAttribute("aria-pressed", audio !== null);
  if (audio) sound("accepted");
});

function sound(tone) {
  document.body.dataset.tone = tone;
  setTimeout(() => { delete document.body.dataset.tone; }, 500);
  if (!audio || !(tone in NOTES)) return;
  const [hertz, count, seconds] = NOTES[tone];
  for (let at = 0; at < count; at += 1) {
    const from = audio.currentTime + at * seconds * 1.6;
    const note = new OscillatorNode(audio, { type: "square", frequency: hertz });
    const soft = new GainNode(audio, { gain: 0.06 });
    note.connect(soft).connect(audio.destination);
    note.start(from);
    note.stop(from + seconds);
  }
}
