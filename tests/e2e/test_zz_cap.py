import json, sys
sys.path.insert(0,'/work/main')
from tests.e2e.test_claude_code import *
from tests.e2e.test_claude_code import _session,_main_calls
from tests.e2e.conftest import *
def test_cap(program, lab, vendor, tmp_path):
    with lab.tightlip("mon", policy="monitor") as t:
        s=_session(program,tmp_path,t,CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1")
        vendor.script(Step(status=400))
        a=s.run("Is VALUE a good name for a key?")
        print(a.stdout,a.stderr)
        vendor.script(Step())
        n=len(vendor.requests)
        b=s.run("Never mind. What is two plus two?","--continue")
        print(b.stdout,b.stderr)
        for i,r in enumerate(vendor.requests):
            if r.method!="POST": continue
            try: j=r.json()
            except Exception: continue
            print("=====",i,r.path, r.header("user-agent"), list(j), len(r.body))
            print(json.dumps(j.get("metadata")))
            for m in j.get("messages",[]):
                print("   --",m["role"], json.dumps(m["content"])[:3000] if not isinstance(m["content"],list) else [ (c.get("type"), (c.get("text") or "")[:150], len(c.get("text") or "")) for c in m["content"]])
            print("   system", [c.get("text","")[:80] for c in j.get("system",[])] if isinstance(j.get("system"),list) else j.get("system"))
