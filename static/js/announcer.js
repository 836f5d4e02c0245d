// Says a short sentence to a screen reader, through the one polite region of base.html.

export function announce(sentence) {
  const region = document.getElementById("announcer");
  if (region) region.textContent = sentence;
}
