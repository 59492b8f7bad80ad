// The looks of what helps to write; imported by all that needs them, loaded once.
const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("../../writing.css", import.meta.url).href });
export const styles = new Promise((done) => { link.onload = link.onerror = done; });
document.head.append(link);
