// Asks for this page's part each second and redraws only what changed: no flicker, no lost scrolling.
const main = document.querySelector("main");
let etag = "";
async function refresh() {
  try {
    const answer = await fetch(`${location.pathname}?part=1`, { headers: etag ? { "If-None-Match": etag } : {} });
    if (answer.status === 200) {
      etag = answer.headers.get("ETag") || "";
      main.innerHTML = await answer.text();
    }
    document.body.classList.remove("lost");
  } catch {
    document.body.classList.add("lost");
  }
  setTimeout(refresh, 1000);
}
refresh();
