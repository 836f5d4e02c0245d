// The key that every form sends along, so that the same form sent twice does one thing. A page that
// stays open sends its forms many times: each new action gets a key of its own, and only what is
// sent again before an answer came (a double click, a retry without a connection) keeps its key.

const NAME = "form_key";
const waiting = new Map(); // what was sent and not answered yet, with its key

function fresh() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb === "get") return;
  delete detail.parameters[NAME];
  const sent = JSON.stringify([detail.verb, detail.path, [...detail.formData]]);
  if (!waiting.has(sent)) waiting.set(sent, fresh());
  detail.parameters[NAME] = waiting.get(sent);
  detail.sent = sent;
});

// Without a status no answer came: the same again is a retry.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.xhr?.status) waiting.delete(detail.requestConfig?.sent);
});

// A page that comes back out of the browser's memory brings keys that were used.
window.addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  for (const field of document.querySelectorAll(`input[name="${NAME}"]`)) field.value = fresh();
});
