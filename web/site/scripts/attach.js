// Files for a post: dropped, pasted or chosen. What sends them is loaded then.
const box = (within = document) => within?.querySelector("file-drop");
const brings = (data) => data?.types.includes("Files") && box();

async function take(event, files, into) {
  event.preventDefault();
  into.classList.remove("over");
  files = [...files];
  if (event.type === "change") event.target.value = ""; // or the form would bring them again
  await import("./file-drop.js");
  into.take(files);
}

addEventListener("dragover", (event) => {
  if (!brings(event.dataTransfer)) return;
  event.preventDefault();
  box().classList.add("over");
});
addEventListener("dragleave", (event) => event.relatedTarget || box()?.classList.remove("over"));
addEventListener("drop", (event) => { if (brings(event.dataTransfer)) take(event, event.dataTransfer.files, box()); });
addEventListener("paste", (event) => {
  const into = box(event.target.closest?.("form")), { files } = event.clipboardData;
  if (into && files.length) take(event, files, into);
});
addEventListener("change", (event) => {
  const into = event.target.type === "file" && event.target.closest("file-drop");
  if (into) take(event, event.target.files, into);
});
