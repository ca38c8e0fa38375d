"""The book as one HTML page: found by typing, read on paper, light or dark. Nothing is loaded from anywhere.

Plain without scripts too: each rule is a stretch that opens by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final

from proxy.policy.ruling import Ruling
from proxy.rulebook.entry import TITLES, Entry, by_category, facts

_STYLE: Final = """
:root{color-scheme:light dark;--line:#8885;--soft:#8881;--faint:light-dark(#555,#aaa);--paper:light-dark(#fff,#16181b);
--critical:light-dark(#a30d2d,#ff8095);--high:light-dark(#9a4a00,#ffb066);--medium:light-dark(#6b5b00,#e6d05c);
--low:light-dark(#3d5a6c,#9dbccf);--link:light-dark(#0b57c2,#8ab8ff)}
*{box-sizing:border-box}
body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:70rem;padding:1.2rem 1rem 4rem;background:var(--paper)}
h1{font-size:1.6rem;margin:.2rem 0}h2{font-size:1.2rem;margin:2rem 0 .6rem}
a{color:var(--link)}p.lead{margin:.2rem 0 1rem;color:var(--faint)}
nav{position:sticky;top:0;z-index:1;display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;padding:.6rem 0;
background:var(--paper);border-bottom:1px solid var(--line)}
input,select{font:inherit;color:inherit;background:var(--soft);border:1px solid var(--line);border-radius:.4rem;
padding:.4rem .6rem}
input{flex:1 1 16rem;min-width:0}output{color:var(--faint);font-variant-numeric:tabular-nums;white-space:nowrap}
details{border-bottom:1px solid var(--line);scroll-margin-top:4rem}
summary{cursor:pointer;display:grid;grid-template-columns:minmax(14rem,20rem) 5rem 1fr;gap:.2rem 1rem;
padding:.55rem .3rem;align-items:baseline;list-style:none}
summary::-webkit-details-marker{display:none}
summary:hover,details[open]>summary{background:var(--soft)}
summary b{font-family:ui-monospace,monospace;font-size:.92em;overflow-wrap:anywhere}
.critical,.high,.medium,.low{font-size:.85em;font-weight:600}
.critical{color:var(--critical)}.high{color:var(--high)}.medium{color:var(--medium)}.low{color:var(--low)}
.body{padding:.3rem .3rem 1rem 1.2rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.2rem;margin:.4rem 0}dt{color:var(--faint)}
dd{margin:0;overflow-wrap:anywhere}
code,pre{font-family:ui-monospace,monospace;font-size:.88em}
pre{background:var(--soft);border-radius:.4rem;padding:.6rem .8rem;margin:.3rem 0;white-space:pre-wrap;
overflow-wrap:anywhere}
.fates{display:flex;flex-wrap:wrap;gap:.3rem .5rem;margin:.3rem 0;padding:0;list-style:none}
.fates li{border:1px solid var(--line);border-radius:.4rem;padding:.1rem .5rem;font-size:.88em}
.fates i{color:var(--faint);font-style:normal}
.none{padding:1rem .3rem;color:var(--faint)}
[hidden]{display:none!important}
@media(max-width:44rem){summary{grid-template-columns:1fr auto}summary span:last-child{grid-column:1/-1}
dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}.body{padding-left:.3rem}}
@media print{:root{color-scheme:light}nav,.none{display:none}body{max-width:none;padding:0;font-size:9.5pt}
h2,summary{break-after:avoid}summary,pre,dl{break-inside:avoid}pre{border:1px solid #ccc;background:none}
a{color:inherit;text-decoration:none}}
"""

_SCRIPT: Final = """
const box=document.getElementById('words'),grade=document.getElementById('grade'),kind=document.getElementById('kind'),
count=document.getElementById('count'),none=document.getElementById('none'),
rules=[...document.querySelectorAll('details')].map(e=>({e,text:e.dataset.text,grade:e.dataset.grade})),
parts=[...document.querySelectorAll('section')];
function look(){
 const words=box.value.toLowerCase().split(/[^\\p{L}\\p{N}]+/u).filter(Boolean);let shown=0;
 for(const r of rules){
  const fits=(!grade.value||r.grade===grade.value)&&(!kind.value||r.e.parentNode.id===kind.value)
   &&words.every(w=>r.text.includes(' '+w));
  r.e.hidden=!fits;shown+=fits}
 for(const p of parts)p.hidden=!p.querySelector('details:not([hidden])');
 count.textContent=shown+' of '+rules.length+' rules';none.hidden=shown>0}
function go(){const e=document.getElementById(decodeURIComponent(location.hash.slice(1)));
 if(e&&e.tagName==='DETAILS'){box.value='';grade.value='';kind.value='';look();e.open=true;e.scrollIntoView()}}
for(const e of [box,grade,kind])e.addEventListener('input',look);
addEventListener('hashchange',go);
addEventListener('beforeprint',()=>rules.forEach(r=>{r.was=r.e.open;r.e.open=true}));
addEventListener('afterprint',()=>rules.forEach(r=>r.e.open=r.was));
addEventListener('keydown',e=>{if(e.key==='/'&&document.activeElement!==box){e.preventDefault();box.focus()}});
look();go();
"""


_POLICY: Final = "default-src 'none';style-src 'unsafe-inline';script-src 'unsafe-inline'"


def html(every: Sequence[Entry], digest: str, version: str) -> str:
    """The page, whole. `digest` names the rule set."""
    sections = by_category(every)
    kinds = "".join(f'<option value="{category}">{escape(TITLES[category])}</option>' for category, _ in sections)
    grades = "".join(f"<option>{grade}</option>" for grade in ("critical", "high", "medium", "low"))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>Tightlip: rules</title><style>{_STYLE}</style></head><body>
<h1>Rules</h1>
<p class="lead">{len(every)} rules of Tightlip {escape(version)}, rule set <code>{escape(digest[:12])}</code>.
Every example is invented. What policies do is told for one finding in a request to a vendor of which nothing is
known.</p>
<nav><input id="words" type="search" placeholder="Name, type, keyword, vendor" aria-label="Search" autofocus>
<select id="kind" aria-label="Category"><option value="">All categories</option>{kinds}</select>
<select id="grade" aria-label="Severity"><option value="">Any severity</option>{grades}</select>
<output id="count" for="words kind grade">{len(every)} rules</output></nav>
<p id="none" class="none" hidden>No rule fits.</p>
{"".join(_section(category.value, TITLES[category], some) for category, some in sections)}
<script>{_SCRIPT}</script></body></html>
"""


def _section(category: str, title: str, some: Sequence[Entry]) -> str:
    return f'<section id="{category}"><h2>{escape(title)}</h2>{"".join(map(_rule, some))}</section>\n'


def _rule(entry: Entry) -> str:
    rule = entry.rule
    words = " ".join((rule.id, rule.entity, rule.description, *rule.keywords, *rule.fields, entry.place)).lower()
    text = " ".join("".join(char if char.isalnum() else " " for char in f" {words}").split())
    head = (
        f'<b>{rule.id}</b><span class="{rule.severity}">{rule.severity}</span><span>{escape(rule.description)}</span>'
    )
    given = f'id="rule-{rule.id}" data-grade="{rule.severity}" data-text=" {text}"'
    return f'<details {given}><summary>{head}</summary><div class="body">{"".join(_body(entry))}</div></details>\n'


def _body(entry: Entry) -> Iterator[str]:
    rule = entry.rule
    rows = [("Type", f"<code>{rule.entity}</code>"), ("Policies", _fates(entry.rulings))]
    rows += [(title, escape(text)) for title, text in facts(rule)]
    if rule.references:
        rows.append(("References", "<br>".join(map(_link, rule.references))))
    whose = "your own" if entry.is_own else "shipped"
    rows.append(("File", f"<code>{escape(entry.place)}</code>, {whose}"))
    yield "<dl>" + "".join(f"<dt>{title}</dt><dd>{text}</dd>" for title, text in rows) + "</dl>"
    yield "Found, for example (invented):"
    yield from (f"<pre>{escape(example)}</pre>" for example in entry.examples)
    if rule.pattern:
        yield f"Pattern:<pre>{escape(rule.pattern.strip())}</pre>"


def _fates(rulings: Mapping[str, Ruling]) -> str:
    items = (
        f"<li>{escape(name)}: <b>{ruling.action.label}</b> <i>{escape(ruling.clause or 'default')}</i></li>"
        for name, ruling in rulings.items()
    )
    return f'<ul class="fates">{"".join(items)}</ul>'


def _link(reference: str) -> str:
    shown = escape(reference)
    return f'<a href="{shown}" rel="noreferrer">{shown}</a>' if reference.startswith("https://") else shown
