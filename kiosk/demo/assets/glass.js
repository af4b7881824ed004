// The kiosk's touchscreen on the page: its picture, fingers, a keyboard's way to it, and its voice.
"use strict";

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

function nameOf(choice, screen) {
  const [kind, id] = choice.split(":");
  if (kind === "digit") return id;
  const [zh, en] = CHOICES_OF[screen]?.[choice] || CHOICES[choice]
    || (kind === "compartment" && MATERIALS[id]) || [choice, ""];
  return `${zh} ${en}`.trim();
}

/** What stands on every question comes after its answers, so that Tab reaches these first. */
const isAside = (choice) => /^(cancel|help|ease:open|language:.*)$/.test(choice);

/** Invisible buttons over the picture, so that keyboard and screen reader can press what a finger can. */
function showTargets({ screen, targets }) {
  const layer = $("targets");
  const held = layer.contains(document.activeElement);
  if (screen !== canvas.dataset.screen) {
    announce("screen-told", SCREENS[screen] || screen);
    // On a phone the code's button may be scrolled away when it is asked for.
    if (screen === "identify" && ONE_COLUMN.matches) document.querySelector(".near").scrollIntoView({ block: "nearest" });
  }
  canvas.dataset.screen = screen;
  canvas.setAttribute("aria-label", `触摸屏 Touchscreen: ${SCREENS[screen] || screen}`);
  // A button that stays keeps its element, and so the focus: a live weight draws the screen anew.
  const before = new Map([...layer.children].map((button) => [button.dataset.choice, button]));
  const last = targets.filter(({ choice }) => isAside(choice));
  const inOrder = [...targets.filter(({ choice }) => !isAside(choice)), ...last];
  for (const { choice, x, y, w, h } of inOrder) {
    const button = before.get(choice) || makeTarget(choice);
    before.delete(choice);
    button.setAttribute("aria-label", nameOf(choice, screen));
    button.dataset.x = String(Math.round(x + w / 2));
    button.dataset.y = String(Math.round(y + h / 2));
    button.style.left = `${(100 * x) / canvas.width}%`;
    button.style.top = `${(100 * y) / canvas.height}%`;
    button.style.width = `${(100 * w) / canvas.width}%`;
    button.style.height = `${(100 * h) / canvas.height}%`;
  }
  for (const button of before.values()) button.remove();
  putInOrder(layer, inOrder.map(({ choice }) => choice));
  // Whoever answers by keyboard stays at the glass when the answered question goes.
  if (held && !layer.contains(document.activeElement)) $("glass").focus({ preventScroll: true });
}

/** A button that has the focus is not moved, which would take the focus from it: the rest is. */
function putInOrder(layer, choices) {
  const made = new Map([...layer.children].map((button) => [button.dataset.choice, button]));
  let at = layer.firstElementChild;
  for (const choice of choices) {
    const button = made.get(choice) || fresh.get(choice);
    if (button === at) {
      at = at.nextElementSibling;
    } else if (button === document.activeElement) {
      while (at && at !== button) {
        const next = at.nextElementSibling;
        layer.append(at);
        at = next;
      }
      at = button.nextElementSibling;
    } else {
      layer.insertBefore(button, at);
    }
  }
  fresh.clear();
}

const fresh = new Map();
function makeTarget(choice) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.choice = choice;
  fresh.set(choice, button);
  button.addEventListener("click", () => {
    const at = { do: "touch", x: Number(button.dataset.x), y: Number(button.dataset.y) };
    send({ ...at, phase: "down" });
    setTimeout(() => send({ ...at, phase: "up" }), 80);
  });
  return button;
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

// From anywhere on the bench back to the machine's question.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") $("glass").focus();
});

// ---- its voice, which is this browser's; it is silent until somebody wants to hear it ----

const sound = $("sound");
const VOICES = { zh: "zh-CN", en: "en-GB" };
const LOUDNESS = [0, 0.4, 0.7, 1];

sound.hidden = !("speechSynthesis" in window);
sound.addEventListener("click", () => {
  const on = sound.getAttribute("aria-pressed") !== "true";
  sound.setAttribute("aria-pressed", String(on));
  if (!on) speechSynthesis.cancel();
});

function speak({ text, language, volume }) {
  $("glass").dataset.said = text;
  if (sound.hidden || sound.getAttribute("aria-pressed") !== "true") return;
  speechSynthesis.cancel();
  if (!text) return;
  const spoken = new SpeechSynthesisUtterance(text);
  spoken.lang = VOICES[language] || language;
  spoken.volume = LOUDNESS[volume] ?? 1;
  spoken.rate = 0.95;
  speechSynthesis.speak(spoken);
}
