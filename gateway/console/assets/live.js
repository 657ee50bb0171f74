// Brings the numbers of an import that is on its way, every two seconds while somebody looks. An enhancement: without
// it the page loads itself anew. When the state changes the whole page does.
"use strict";
const live = document.getElementById("live");
const look = async () => {
  if (document.hidden) return;
  const answer = await fetch(location.pathname, { redirect: "manual" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.getElementById("live");
  if (!now || now.dataset.state !== live.dataset.state) {
    location.reload();
    return;
  }
  live.querySelector("#numbers").replaceWith(document.importNode(now.querySelector("#numbers"), true));
};
setInterval(() => look().catch(() => {}), 2000);
