// The demo's page: shows what the WebSocket tells, sends back what a person does. No framework.
"use strict";

const MATERIALS = {
  paper: ["纸类", "Paper"],
  plastic: ["塑料", "Plastic"],
  metal: ["金属", "Metal"],
  textiles: ["衣物", "Textiles"],
};
const PRESETS = {
  paper: [[1800, "纸箱", "Cardboard"], [650, "报纸", "Papers"]],
  plastic: [[420, "饮料瓶", "Bottles"], [20, "一只瓶", "1 bottle"]],
  metal: [[300, "易拉罐", "Cans"], [1250, "旧铁锅", "Old pan"]],
  textiles: [[1200, "旧衣服", "Clothes"], [2400, "被子", "Quilt"]],
};
const FULL_G = { paper: 40000, plastic: 12000, metal: 20000, textiles: 30000 };
const CHOICES = {
  start: ["开始", "Start"], donate: ["捐赠", "Donate"], cancel: ["取消", "Cancel"],
  done: ["投完了", "Done"], more_time: ["再等一会儿", "More time"],
  another: ["再投一次", "Another"], finish: ["结束", "Finish"],
  "language:zh": ["中文", "Chinese"], "language:en": ["英文", "English"],
};
const SCREENS = {
  starting: "正在启动 Starting", not_enrolled: "尚未登记 Not enrolled", out_of_service: "暂停服务 Out of service",
  idle: "首页 Prices", identify: "请出示回收码 Who are you?", choose: "选择种类 Choose a material",
  weighing_before: "称重 Weighing", opening: "正在开门 Opening", depositing: "请投递 Put it in",
  closing: "正在关门 Closing", blocked: "门口有东西 Blocked", weighing_after: "称重 Weighing",
  result: "结果 Result", receipt: "凭证 Receipt",
};
const OUTCOMES = {
  PAID: ["已付款", "Paid"], UNPRICED: ["不计价", "Unpriced"],
  HELD: ["待核实", "Held"], VOID: ["未投递", "Void"],
};
const REASONS = {
  unstable: ["不稳定", "unsteady"], scale_lost: ["秤断开", "scale lost"], scale_reopened: ["秤重新连接", "scale came back"],
  door_not_closed: ["门没关上", "door not closed"], negative_step: ["重量变轻", "became lighter"],
  negative_net: ["重量变轻", "became lighter"], over_max: ["超过量程", "over the scale's range"],
  door_not_opened: ["门没打开", "door did not open"], power_lost: ["断电", "power lost"],
  nothing_deposited: ["没有投入", "nothing put in"], below_minimum: ["低于最小称量", "below the minimum load"],
};
const PROCESSES = {
  endpoint: ["云端", "cloud"], controller: ["主控", "controller"],
  screen: ["屏幕", "screen"], sync: ["同步", "agent"],
};

const $ = (id) => document.getElementById(id);
const kilograms = (grams) => (grams / 1000).toFixed(3) + " kg";
const money = (minor) => "¥" + (minor / 100).toFixed(2);

/** Fill an element with Chinese and, softer, English. */
function bilingual(element, zh, en) {
  const small = document.createElement("span");
  small.lang = "en";
  small.textContent = en;
  element.replaceChildren(zh + " ", small);
}

let socket = null;
const send = (deed) => {
  if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(deed));
};

// ---- the touchscreen ----

const canvas = $("panel");
const brush = canvas.getContext("2d", { alpha: false });
let painting = Promise.resolve();

/** One rectangle: x, y, width, height as 16-bit numbers, then a PNG. Painted strictly in order. */
async function paint(message) {
  const box = new DataView(message);
  const picture = await createImageBitmap(new Blob([message.slice(8)], { type: "image/png" }));
  brush.drawImage(picture, box.getUint16(0), box.getUint16(2));
  picture.close();
  canvas.dataset.pictures = String(Number(canvas.dataset.pictures || 0) + 1);
}

function showPanel(panel) {
  $("glass").classList.toggle("off", panel === null);
  if (panel !== null && (canvas.width !== panel.width || canvas.height !== panel.height)) {
    canvas.width = panel.width;
    canvas.height = panel.height;
    $("glass").style.aspectRatio = `${panel.width} / ${panel.height}`;
  }
}

function nameOf(choice) {
  const [kind, id] = choice.split(":");
  const [zh, en] = CHOICES[choice] || (kind === "compartment" && MATERIALS[id]) || [choice, ""];
  return `${zh} ${en}`.trim();
}

/** Invisible buttons over the picture, so that keyboard and screen reader can press what a finger can. */
function showTargets({ screen, targets }) {
  const layer = $("targets");
  const focused = layer.contains(document.activeElement) ? document.activeElement.dataset.choice : null;
  canvas.dataset.screen = screen;
  canvas.setAttribute("aria-label", `触摸屏 Touchscreen: ${SCREENS[screen] || screen}`);
  layer.replaceChildren(...targets.map(({ choice, x, y, w, h }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.choice = choice;
    button.setAttribute("aria-label", nameOf(choice));
    button.style.left = `${(100 * x) / canvas.width}%`;
    button.style.top = `${(100 * y) / canvas.height}%`;
    button.style.width = `${(100 * w) / canvas.width}%`;
    button.style.height = `${(100 * h) / canvas.height}%`;
    button.addEventListener("click", () => {
      const at = { do: "touch", x: Math.round(x + w / 2), y: Math.round(y + h / 2) };
      send({ ...at, phase: "down" });
      setTimeout(() => send({ ...at, phase: "up" }), 80);
    });
    return button;
  }));
  if (focused) layer.querySelector(`[data-choice="${CSS.escape(focused)}"]`)?.focus();
}

function place(event) {
  const frame = canvas.getBoundingClientRect();
  const clamp = (value, most) => Math.max(0, Math.min(most - 1, Math.round(value)));
  return {
    x: clamp(((event.clientX - frame.left) * canvas.width) / frame.width, canvas.width),
    y: clamp(((event.clientY - frame.top) * canvas.height) / frame.height, canvas.height),
  };
}

let finger = null;
let movedAt = 0;
canvas.addEventListener("pointerdown", (event) => {
  if (finger !== null || event.button !== 0) return;
  finger = event.pointerId;
  canvas.setPointerCapture(finger);
  send({ do: "touch", ...place(event), phase: "down" });
});
canvas.addEventListener("pointermove", (event) => {
  if (event.pointerId !== finger || event.timeStamp - movedAt < 30) return;
  movedAt = event.timeStamp;
  send({ do: "touch", ...place(event), phase: "move" });
});
for (const end of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(end, (event) => {
    if (event.pointerId !== finger) return;
    finger = null;
    // A cancelled touch lifts far from every button, so that it presses nothing.
    const at = end === "pointerup" ? place(event) : { x: 0, y: 0 };
    send({ do: "touch", ...at, phase: "up" });
  });
}
canvas.addEventListener("contextmenu", (event) => event.preventDefault());

// ---- the bench ----

const bins = {};

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
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.grams = String(grams);
    const mass = grams >= 1000 ? `${(grams / 1000).toFixed(2)} kg` : `${grams} g`;
    const words = document.createElement("b");
    words.textContent = `+${mass}`;
    const small = document.createElement("small");
    small.textContent = `${what} ${english}`;
    button.append(words, small);
    button.setAttribute("aria-label", `投入 Put ${mass} ${what} ${english}: ${zh} ${en}`);
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

function doorWords({ door_position: position, motor }) {
  if (motor === "open") return `开门 Opening ${Math.round(position / 10)}%`;
  if (motor === "close") return `关门 Closing ${Math.round(position / 10)}%`;
  if (position >= 990) return "开 Open";
  if (position <= 10) return "关 Closed";
  return `停 Stopped ${Math.round(position / 10)}%`;
}

function showBin(id, state) {
  const bin = (bins[id] ??= makeBin(id));
  bin.classList.toggle("open", state.door_position >= 600);
  bin.classList.toggle("moving", state.motor !== "off");
  bin.classList.toggle("held", state.hand);
  bin.querySelector(".shutter").style.transform = `translateY(-${state.door_position / 10}%)`;
  const full = Math.min(1, state.grams_in_bin / (FULL_G[id] || 30000));
  bin.querySelector(".load").style.height = `${8 + 70 * full}%`;
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
  showSwitch("switch-network", state.network, ["剪断网线", "Cut the network"], ["接好网线", "Mend the network"]);
  showSwitch("switch-scanner", state.world.scanner_plugged, ["拔扫码器", "Pull the scanner"], ["插扫码器", "Plug the scanner"]);
  showSwitch("switch-power", state.powered, ["拉闸断电", "Cut the power"], ["恢复供电", "Restore power"]);
  $("eye").classList.toggle("out", !(state.powered && state.world.scanner_plugged));
  showBadge("badge-power", state.powered ? "" : "bad", state.powered ? "通 on" : "断 off");
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

const TELL = { panel: showPanel, targets: showTargets, state: showState, phone: showPhone, books: showBooks, said: say };

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
function showBooks(books) {
  const kiosk = books.kiosks[0];
  bilingual(
    $("mark"),
    kiosk ? `已确认到第 ${books.acked_through} 号记录` : "还没有机器登记",
    kiosk ? `Acknowledged through record ${books.acked_through}` : "No machine has enrolled yet",
  );
  const newest = [...books.deposits].reverse();
  const keys = new Set(newest.map(keyOf));
  $("deposits").replaceChildren(...newest.map((one) => {
    const row = depositRow(one);
    if (known && !known.has(keyOf(one))) row.classList.add("fresh");
    return row;
  }));
  known = keys;
  $("no-deposits").hidden = newest.length > 0;
  credits = books.credits;
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
  sum.textContent = money(one.amount_minor);
  const fine = document.createElement("span");
  fine.className = "fine";
  const mass = one.net_g === null ? "—" : kilograms(one.net_g);
  fine.textContent = `#${one.seq} · ${mass} × ${one.unit_price} · ${one.receipt}`;
  const outcome = document.createElement("span");
  outcome.className = `outcome ${one.outcome}`;
  outcome.textContent = (OUTCOMES[one.outcome] || [one.outcome]).join(" ");
  if (one.reason) {
    const why = document.createElement("span");
    why.className = "why";
    why.textContent = (REASONS[one.reason] || [one.reason]).join(" ");
    fine.append(" · ", why);
  }
  row.append(what, sum, fine, outcome);
  return row;
}

let credits = [];
function showWallet() {
  const mine = credits.filter((one) => phone && one.subject === phone.subject);
  $("wallet").hidden = mine.length === 0;
  $("wallet").querySelector("b").textContent = money(mine.reduce((sum, one) => sum + one.amount_minor, 0));
}

connect();
