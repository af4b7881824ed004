// What every part of the page uses: finding, telling, sending.
"use strict";

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

/** Tell whoever listens instead of looking; the same words again are no news. */
function announce(id, words) {
  if ($(id).textContent !== words) $(id).textContent = words;
}

let socket = null;
const send = (deed) => {
  if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(deed));
};
