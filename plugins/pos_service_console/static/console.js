// What a browser cannot do by itself: look again as the till sells, and read a file into a form.

const main = document.getElementById("main");

// The menu is wider than a phone: where one is must be seen.
// By hand: what scrollIntoView shows is also where the tabulator goes on, past the link to the content.
const here = document.querySelector("nav .pages [aria-current]");
if (here) {
  const pages = here.closest(".pages");
  const [link, row] = [here.getBoundingClientRect(), pages.getBoundingClientRect()];
  pages.scrollLeft += link.left - row.left - (row.width - link.width) / 2;
}

const AWAY = 5; // seconds between two looks for a console that does not answer

let next; // one look at a time, whoever wants it

function lookIn(seconds) {
  clearTimeout(next);
  if (seconds) next = setTimeout(lookAgain, 1000 * seconds);
}

async function lookAgain() {
  const away = document.getElementById("away");
  let shown, page, answer;
  try {
    answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
    shown = page.getElementById("main");
  } catch {
    // What is not there has nothing to show.
  }
  away.hidden = Boolean(shown);
  if (!shown) return lookIn(AWAY);
  if (answer.redirected) return location.replace(answer.url);
  document.title = page.title;
  main.replaceChildren(...shown.childNodes);
  // Not by the page's head: one that is loaded anew loses where somebody is in it.
  lookIn(shown.dataset.again);
}

lookIn(main?.dataset.again);

if (main?.hasAttribute("data-live")) {
  const news = new EventSource("/live");
  let first = true;
  news.addEventListener("message", () => {
    if (!first && !document.hidden) lookAgain();
    first = false;
  });
  news.addEventListener("error", lookAgain);
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
