// form.theme-switch: light, dark or as the system, at once; kept in the cookie `theme`, which the
// server reads for the next page. Without JavaScript the form does the same.

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.theme-switch") || !event.submitter) return;
  event.preventDefault();
  const theme = event.submitter.value;
  const year = theme ? 60 * 60 * 24 * 365 : 0;
  document.cookie = `theme=${theme}; path=/; max-age=${year}; samesite=lax`;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  for (const button of event.target.querySelectorAll("button[name=theme]")) {
    button.setAttribute("aria-pressed", String(button === event.submitter));
  }
});
