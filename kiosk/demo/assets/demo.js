// The demo's page: shows what the WebSocket tells, sends back what a person does. No framework.
"use strict";

// ---- the bench ----

const bins = {};
const ONE_COLUMN = matchMedia("(max-width: 760px) and (min-height: 600px)");

function makeBin(id) {
  const bin = $("bin").content.firstElementChild.cloneNode(true);
  const [zh, en] = MATERIALS[id] || [id, id];
  bin.id = `bin-${id}`;
  bin.setAttribute("aria-label", `${zh} ${en}`);
  bin.querySelector(".icon use").setAttribute("href", `#i-${id}`);
  bilingual(bin.querySelector("h2"), zh, en);
  bin.querySelector(".unseen").textContent = `${zh} ${en}: 克 grams`;
  bin.querySelector("input").value = String(PRESETS[id]?.[0][0] ?? 500);
  for (const [grams, what, english] of PRESETS[id] || []) {
    const mass = grams >= 1000 ? `${(grams / 1000).toFixed(2)} kg` : `${grams} g`;
    const button = preset(`+${mass}`, `${what} ${english}`, `投入 Put ${mass} ${what} ${english}: ${zh} ${en}`);
    button.addEventListener("click", () => send({ do: "put", compartment: id, grams }));
    bin.querySelector(".presets").append(button);
  }
  bin.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const grams = bin.querySelector("input").valueAsNumber;
    send({ do: event.submitter?.value === "take" ? "take" : "put", compartment: id, grams });
  });
  for (const [value, words] of [["put", "投入 Put"], ["take", "取出 Take"]]) {
    bin.querySelector(`[value=${value}]`).setAttribute("aria-label", `${words}: ${zh} ${en}`);
  }
  const fill = preset("装满", "Fill up", `装满 Fill up: ${zh} ${en}`);
  fill.classList.add("fill");
  fill.addEventListener("click", () => {
    const room = (FULL_G[id] || 30000) - Number(bin.dataset.grams);
    send({ do: "put", compartment: id, grams: Math.max(1, room) });
  });
  bin.querySelector(".bag").append(fill);
  bin.querySelector(".level").setAttribute("aria-label", `装了多少 How full: ${zh} ${en}`);
  const empty = bin.querySelector(".empty-bag");
  empty.setAttribute("aria-label", `取走整袋 Carry the bag away: ${zh} ${en}`);
  empty.addEventListener("click", () => send({ do: "empty", compartment: id }));
  const hand = bin.querySelector(".hand");
  hand.setAttribute("aria-label", `手放在门口 Hand in the door: ${zh} ${en}`);
  hand.addEventListener("click", () => {
    send({ do: "hand", compartment: id, held: hand.getAttribute("aria-pressed") !== "true" });
  });
  const plug = bin.querySelector(".plug");
  plug.addEventListener("click", () => {
    const plugged = plug.getAttribute("aria-pressed") !== "true";
    send({ do: "plug", device: `scale:${id}`, plugged });
  });
  $("bins").append(bin);
  return bin;
}

function preset(words, fine, label) {
  const button = document.createElement("button");
  button.type = "button";
  const bold = document.createElement("b");
  bold.textContent = words;
  const small = document.createElement("small");
  small.textContent = fine;
  button.append(bold, small);
  button.setAttribute("aria-label", label);
  return button;
}

/** With `--pieces`: bottles that are shown to the scanner and thrown in, one by one. */
let bottles = [];
function addBottle({ compartment, ean, grams, zh, en }) {
  const presets = bins[compartment].querySelector(".presets");
  if (presets.querySelector(`[data-ean="${ean}"]`)) return;
  const button = preset(`扫${zh}`, `Scan ${en}`, `扫码投入 Scan and put in: ${zh} ${en}, ${grams} g`);
  button.dataset.ean = ean;
  button.addEventListener("click", () => {
    send({ do: "bottle", ean });
    // The scanner takes the same code within 0.7 s for the same bottle.
    button.disabled = true;
    setTimeout(() => { button.disabled = false; }, 800);
  });
  presets.append(button);
}

function doorWords({ door_position: position, motor }) {
  if (motor === "open") return `开门 Opening ${Math.round(position / 10)}%`;
  if (motor === "close") return `关门 Closing ${Math.round(position / 10)}%`;
  if (position >= 990) return "开 Open";
  if (position <= 10) return "关 Closed";
  return `停 Stopped ${Math.round(position / 10)}%`;
}

/** How a door stands, without the way in between: told when it changes, not at first. */
function tellDoor(bin, id, { door_position: position, motor }) {
  const state = motor !== "off" ? motor : position >= 990 ? "opened" : position <= 10 ? "closed" : "stopped";
  if (bin.dataset.door === state) return;
  const first = !bin.dataset.door;
  bin.dataset.door = state;
  // On a phone the bins are below the glass: the one whose door opens comes into view.
  if (state === "open" && ONE_COLUMN.matches) bin.scrollIntoView({ block: "nearest" });
  if (!first) announce("doors-told", `${(MATERIALS[id] || [id]).join(" ")}: ${DOORS[state]}`);
}

function showBin(id, state) {
  const bin = (bins[id] ??= makeBin(id));
  bin.classList.toggle("open", state.door_position >= 600);
  bin.classList.toggle("moving", state.motor !== "off");
  bin.classList.toggle("held", state.hand);
  bin.querySelector(".shutter").style.transform = `translateY(-${state.door_position / 10}%)`;
  const full = Math.min(1, state.grams_in_bin / (FULL_G[id] || 30000));
  tellDoor(bin, id, state);
  bin.dataset.grams = String(state.grams_in_bin);
  bin.querySelector(".load").style.height = `${8 + 70 * full}%`;
  const level = bin.querySelector(".level");
  const percent = Math.round(100 * full);
  level.setAttribute("aria-valuenow", String(percent));
  level.setAttribute("aria-valuetext", `${percent}%`);
  level.dataset.words = percent === 100 ? "满 Full" : `${percent}%`;
  level.classList.toggle("full", percent === 100);
  level.firstElementChild.style.transform = `scaleX(${full})`;
  bin.querySelector(".door-state").textContent = doorWords(state);
  bin.querySelector(".mass").textContent = kilograms(state.grams_in_bin);
  bin.querySelector(".hand").setAttribute("aria-pressed", String(state.hand));
  const plug = bin.querySelector(".plug");
  plug.setAttribute("aria-pressed", String(state.scale_plugged));
  const words = state.scale_plugged ? "秤的线：已接 Scale cable: plugged in" : "秤的线：已拔 Scale cable: pulled";
  const [zh, en] = MATERIALS[id] || [id, id];
  plug.title = words;
  plug.setAttribute("aria-label", `${words} (${zh} ${en})`);
}

function showSwitch(id, on, onWords, offWords) {
  const element = $(id);
  element.setAttribute("aria-pressed", String(on));
  bilingual(element.querySelector(".words"), ...(on ? onWords : offWords));
}

function showBadge(id, kind, words) {
  const badge = $(id);
  badge.className = `badge ${kind}`;
  badge.querySelector("em").textContent = words;
}

function showState(state) {
  for (const [id, one] of Object.entries(state.world.compartments)) showBin(id, one);
  bottles.forEach(addBottle);
  showSwitch("switch-network", state.network, ["剪断网线", "Cut the network"], ["接好网线", "Mend the network"]);
  showSwitch("switch-scanner", state.world.scanner_plugged, ["拔扫码器", "Pull the scanner"], ["插扫码器", "Plug the scanner"]);
  showSwitch("switch-power", state.powered, ["拉闸断电", "Cut the power"], ["恢复供电", "Restore power"]);
  $("eye").classList.toggle("out", !(state.powered && state.world.scanner_plugged));
  showWire(state);
  showBadge("badge-power", state.powered ? "" : "bad", state.powered ? "有电 on" : "断电 off");
  showBadge("badge-network", state.network ? "" : "bad", state.network ? "在线 online" : "离线 offline");
  showCloud(state);
  $("processes").replaceChildren(...Object.entries(PROCESSES).map(([name, label]) => {
    const one = state.processes[name];
    const item = document.createElement("li");
    item.textContent = label.join(" ");
    item.className = !one.running ? "down" : one.ready ? "up" : "starting";
    item.title = one.ends ? `重启 restarted ${one.ends}×` : item.className;
    return item;
  }));
}

/** The line between the machine and the cloud: whole, cut, or with records on their way. */
function showWire({ network, powered, machine }) {
  const busy = machine && machine.head_seq > machine.acked_through;
  $("wire").className = `wire ${!network || !powered ? "cut" : busy ? "busy" : ""}`;
}

function showCloud({ machine, powered }) {
  if (!machine) {
    showBadge("badge-cloud", powered ? "unknown" : "bad", powered ? "等待 waiting" : "—");
    $("machine-name").textContent = powered ? "机器正在启动 The machine is starting" : "没有电 No power";
    return;
  }
  const waiting = machine.head_seq - machine.acked_through;
  $("machine-name").textContent = machine.kiosk ? `机器 Machine ${machine.kiosk}` : "尚未登记 Not enrolled yet";
  if (!machine.kiosk) showBadge("badge-cloud", "warn", "登记中 enrolling");
  else if (waiting > 0) showBadge("badge-cloud", "warn", `待传 ${waiting} waiting`);
  else showBadge("badge-cloud", "", "已同步 up to date");
}

$("switch-network").addEventListener("click", (event) => {
  send({ do: "network", up: event.currentTarget.getAttribute("aria-pressed") !== "true" });
});
$("switch-scanner").addEventListener("click", (event) => {
  send({ do: "plug", device: "scanner", plugged: event.currentTarget.getAttribute("aria-pressed") !== "true" });
});
$("switch-power").addEventListener("click", (event) => {
  send({ do: "power", on: event.currentTarget.getAttribute("aria-pressed") !== "true" });
});

// ---- the phone ----

for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => {
    send({ do: "show", code: button.dataset.show });
    $("eye").classList.add("seeing");
    setTimeout(() => $("eye").classList.remove("seeing"), 600);
  });
}

let phone = null;
function showPhone(state) {
  phone = state;
  $("qr").src = state.picture;
  countDown();
  showWallet();
}
function countDown() {
  if (!phone) return;
  const share = Math.max(0, Math.min(1, (phone.until_utc_ms - Date.now()) / phone.total_ms));
  $("countdown").style.transform = `scaleX(${share})`;
}
setInterval(countDown, 500);

// ---- what comes of it ----

let saidUntil = 0;
function say({ ok, zh, en }) {
  const said = $("said");
  said.classList.toggle("no", !ok);
  bilingual(said, ok ? zh : `做不到：${zh}`, en);
  said.hidden = false;
  clearTimeout(saidUntil);
  saidUntil = setTimeout(() => { said.hidden = true; }, ok ? 2500 : 5000);
}

const TELL = { panel: showPanel, targets: showTargets, speech: speak, state: showState, phone: showPhone, books: showBooks, bottles: (list) => { bottles = list; }, said: say };

let pause = 250;
function connect() {
  socket = new WebSocket(`ws://${location.host}/live`);
  socket.binaryType = "arraybuffer";
  socket.addEventListener("open", () => { pause = 250; $("gone").hidden = true; });
  socket.addEventListener("message", ({ data }) => {
    if (data instanceof ArrayBuffer) {
      painting = painting.then(() => paint(data)).catch(() => {});
    } else {
      const { type, fact } = JSON.parse(data);
      TELL[type]?.(fact);
    }
  });
  socket.addEventListener("close", () => {
    $("gone").hidden = false;
    showPanel(null);
    showTargets({ view: 0, screen: "dark", targets: [] });
    setTimeout(connect, pause);
    pause = Math.min(4000, 2 * pause);
  });
}

// ---- the operator's books, as its endpoint tells them ----

let known = null;
let credits = [];
let deposits = [];
function showBooks(books) {
  const kiosk = books.kiosks[0];
  bilingual(
    $("mark"),
    kiosk ? `已确认到第 ${books.acked_through} 号记录` : "还没有机器登记",
    kiosk ? `Acknowledged through record ${books.acked_through}` : "No machine has enrolled yet",
  );
  credits = books.credits;
  deposits = books.deposits;
  const newest = [...books.deposits].reverse();
  const keys = new Set(newest.map(keyOf));
  $("deposits").replaceChildren(...newest.map((one) => {
    const row = depositRow(one);
    if (known && !known.has(keyOf(one))) row.classList.add("fresh");
    return row;
  }));
  known = keys;
  $("no-deposits").hidden = newest.length > 0;
  showWallet();
}

const keyOf = (deposit) => `${deposit.ledger}/${deposit.seq}`;

function depositRow(one) {
  const row = document.createElement("li");
  row.className = "deposit";
  row.dataset.outcome = one.outcome;
  const [zh, en] = MATERIALS[one.material] || [one.material, ""];
  const what = document.createElement("span");
  bilingual(what, zh, en);
  const sum = document.createElement("b");
  sum.className = "money";
  // Nothing is decided about what is on hold: 0.00 would say that it is worth nothing.
  sum.textContent = one.outcome === "HELD" ? "待定 open" : money(one.amount_minor);
  const fine = document.createElement("span");
  fine.className = "fine";
  const mass = one.net_g === null ? "—" : kilograms(one.net_g);
  fine.textContent = `#${one.seq} · ${mass} × ${one.unit_price} · ${one.receipt}`;
  const outcome = document.createElement("span");
  outcome.className = `outcome ${one.outcome}`;
  outcome.textContent = (OUTCOMES[one.outcome] || [one.outcome]).join(" ");
  // What is paid is credited to somebody, unless nobody showed a code.
  if (one.outcome === "PAID" && one.amount_minor > 0 && !credits.some((credit) => credit.key === keyOf(one))) {
    row.dataset.donation = "";
    outcome.textContent = "捐赠 Donation";
  }
  if (one.reason) {
    const why = document.createElement("span");
    why.className = "why";
    why.textContent = (REASONS[one.reason] || [one.reason]).join(" ");
    fine.append(" · ", why);
  }
  row.append(what, sum, fine, outcome);
  if (one.outcome === "HELD") {
    const note = document.createElement("span");
    note.className = "note";
    bilingual(note, "已保存，钱没丢；核对后结算", "Kept: nothing is lost; it is checked, then settled");
    row.append(note);
  }
  return row;
}

function showWallet() {
  const mine = credits.filter((one) => phone && one.subject === phone.subject);
  $("wallet").hidden = mine.length === 0;
  $("wallet").querySelector("b").textContent = money(mine.reduce((sum, one) => sum + one.amount_minor, 0));
  showSlip(mine.at(-1));
}

/** The newest credit on the phone, with the receipt it belongs to. */
function showSlip(credit) {
  const deposit = credit && deposits.find((one) => keyOf(one) === credit.key);
  $("slip").hidden = !deposit;
  if (!deposit) return;
  const [zh, en] = MATERIALS[deposit.material] || [deposit.material, ""];
  const mass = deposit.net_g === null ? "" : ` · ${kilograms(deposit.net_g)}`;
  const sum = document.createElement("b");
  sum.textContent = `+${money(credit.amount_minor)}`;
  const what = document.createElement("span");
  bilingual(what, zh, en);
  const fine = document.createElement("small");
  fine.textContent = `${deposit.receipt}${mass}`;
  $("slip").replaceChildren(what, sum, fine);
}

connect();
