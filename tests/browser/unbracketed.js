// What the pseudo-language's brackets do not hold: texts, and what is said of things, in the order of the page.
() => {
  const found = [], PASSED = "script, style, template, svg, time, code, kbd, .prose, .avatar, [name=language], [name=zone] option, [name=country] option, [name=holidays] option";
  const note = (text) => /\p{L}{2}/u.test(text) && found.push(text.trim().replace(/\s+/g, " "));
  let inside = 0;
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      for (const part of node.data.split(/([⟦⟧])/)) {
        if (part === "⟦") inside += 1;
        else if (part === "⟧") inside -= 1;
        else if (!inside) note(part);
      }
    } else if (node.nodeType === Node.ELEMENT_NODE && !node.matches(PASSED)) {
      for (const name of ["title", "placeholder", "aria-label", "alt"]) note((node.getAttribute(name) ?? "").replace(/⟦.*⟧/s, ""));
      node.childNodes.forEach(walk);
    }
  };
  note(document.title.replace(/⟦.*?⟧/gs, ""));
  walk(document.body);
  return found;
}
