// .page-head and .toolbar: when their words take more than one line, what sticks below them moves
// down by as much. Without JavaScript the heights in tokens.css stand.

const page = document.querySelector(".page");

const measure = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    page.style.setProperty(`--${target.classList[0]}`, `${target.offsetHeight}px`);
  }
});

for (const bar of page?.querySelectorAll(":scope > :is(.page-head, .toolbar:not(:empty))") ?? []) {
  measure.observe(bar);
}
