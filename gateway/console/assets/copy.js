// Puts a copy button beside every shortened digest. An enhancement: without it the whole value is in the title.
"use strict";
for (const digest of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard || digest.closest("a")) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy the ${digest.dataset.what}`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(digest.dataset.copy);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  digest.after(button);
}
