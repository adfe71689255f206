// What a browser cannot do by itself: look again as the till sells, and read a file into a form.

const main = document.getElementById("main");

// The menu is wider than a phone: where one is must be seen.
document.querySelector("nav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

async function lookAgain() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) {
    location.reload();
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  main.replaceChildren(...page.getElementById("main").childNodes);
}

if (main?.hasAttribute("data-live")) {
  const news = new EventSource("/live");
  let first = true;
  news.addEventListener("message", () => {
    if (!first && !document.hidden) lookAgain();
    first = false;
  });
  document.addEventListener("visibilitychange", () => document.hidden || lookAgain());
}

// A spreadsheet's file may be in an older encoding; what is no UTF-8 is Windows' Western one.
function textOf(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

for (const input of document.querySelectorAll("input[data-into]")) {
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (file) document.getElementById(input.dataset.into).value = textOf(await file.arrayBuffer());
  });
}
