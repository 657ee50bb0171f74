// Puts a copy button beside every shortened digest. An enhancement: without it the whole value is in the title.
"use strict";
const said = document.currentScript.dataset;
for (const digest of document.querySelectorAll("[data-copy]:not(script)")) {
  if (!navigator.clipboard || digest.closest("a")) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = said.copy;
  button.setAttribute("aria-label", said.label.replace("{what}", digest.dataset.what));
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(digest.dataset.copy);
    button.textContent = said.copied;
    setTimeout(() => { button.textContent = said.copy; }, 1500);
  });
  digest.after(button);
}
