// The language switch leads to the section that the reader is looking at.
document.querySelector("a.language-switch")?.addEventListener("click", (event) => {
  const above = [...document.querySelectorAll("main section[id]")]
    .filter((section) => section.getBoundingClientRect().top < window.innerHeight / 3);
  event.currentTarget.hash = above.length > 1 ? above.at(-1).id : "";
});
