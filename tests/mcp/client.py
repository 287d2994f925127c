"""The MCP server as a real client sees it: the `mcp` package, over standard input and output.

Usage: client.py CLAWSIFT. Run by .ci/mcp, which installs the package.
"""

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT / "fixtures/logs"
SECRET = "sk-proj-abcdEFGH0123456789abcdWXYZ"


def check(condition, what, value=None):
    if not condition:
        sys.exit(f"mcp: {what}: {value!r}")
    print(f"ok: {what}")


def text(result):
    return "".join(part.text for part in result.content)


def structured(result):
    return getattr(result, "structuredContent", None) or getattr(result, "structured_content", None)


def failed(result):
    return bool(getattr(result, "isError", None) or getattr(result, "is_error", None))


async def ask(session, tool, **arguments):
    return await asyncio.wait_for(session.call_tool(tool, arguments), 60)


async def scans(session, allowed, outside):
    result = await ask(session, "scan", paths=[str(allowed)])
    report = structured(result)["report"]
    check(not failed(result), "a scan of an allowed folder", text(result))
    check(report["totals"]["incidents"] == 17, "its incidents", report["totals"])
    check(len(json.dumps(report, separators=(",", ":"), ensure_ascii=False).encode()) <= 16_000, "the budget of 4000 tokens")
    check(report["budget"]["left_out"]["samples"] > 0, "what was left out is said", report["budget"])
    check("17 incidents" in text(result), "a text to read", text(result))
    small = structured(await ask(session, "scan", paths=[str(allowed)], budget=1000, min_severity="warning"))["report"]
    check(len(json.dumps(small, separators=(",", ":"), ensure_ascii=False).encode()) <= 4000, "a budget of one's own")
    check(small["left_out"] == small["budget"]["left_out"]["findings"], "findings left out are counted", small["budget"])
    link = allowed / "link.log"
    link.symlink_to(outside)
    for path in (outside, link, allowed / ".." / outside.name, Path("/etc/passwd"), Path("/etc/no-such-file")):
        refused = await ask(session, "scan", paths=[str(path)])
        check(failed(refused) and "--allow" in text(refused), f"{path} is refused", text(refused))
    through = structured(await ask(session, "scan", paths=[str(allowed)], budget=100_000))["report"]
    check(through["totals"]["records"] == 425, "a link in an allowed folder is not followed out of it", through["totals"])
    link.unlink()
    misspelt = await ask(session, "scan", pths=[str(allowed)])
    check(failed(misspelt) and "`paths`" in text(misspelt), "a misspelt argument is refused", text(misspelt))
    same = structured(await ask(session, "scan", path=str(allowed)))["report"]
    check(same["totals"]["records"] == 425, "one path needs no list", same["totals"])
    wrong = await ask(session, "scan", paths=[str(allowed)], since="yesterday-ish")
    check(failed(wrong) and "yesterday-ish" in text(wrong), "a wrong time is explained", text(wrong))


async def explains(session):
    result = await ask(session, "explain", what="auth/openai-key")
    check(structured(result)["pages"][0]["rule"] == "auth/openai-key", "a rule is explained", text(result))
    check("How to fix it:" in text(result), "with its fixes", text(result))
    secret = await ask(session, "explain", what=f"Incorrect API key provided: {SECRET}")
    check(SECRET not in text(secret) + json.dumps(structured(secret)), "a key is not repeated", text(secret))
    unknown = await ask(session, "explain", what="no-such/rule")
    check(failed(unknown), "what is not known is said", text(unknown))


async def watches(session, log):
    first = await ask(session, "watch_status", path=str(log))
    standing = structured(first)
    check(standing["stage"] == "following" and standing["changes"] == [], "a quiet log is followed", text(first))
    with log.open("ab") as out:
        out.write((LOGS / "follow/file.log").read_bytes())
    for _ in range(50):
        await asyncio.sleep(0.1)
        later = await ask(session, "watch_status", path=str(log))
        if structured(later)["changes"]:
            break
    changes = structured(later)["changes"]
    check([(c["change"], c["rule"]) for c in changes] == [("new", "auth/openai-key")], "a failure is news", changes)
    again = structured(await ask(session, "watch_status", path=str(log)))
    check(again["changes"] == [] and again["report"]["totals"]["incidents"] == 1, "and only once", again["changes"])


async def main(program):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        allowed = folder / "logs"
        allowed.mkdir()
        (allowed / "mixed.log").write_bytes((LOGS / "mixed/file.log").read_bytes())
        outside = folder / "outside.log"
        outside.write_bytes((LOGS / "dns-notfound/file.log").read_bytes())
        watched = folder / "watched"
        watched.mkdir()
        log = watched / "openclaw-2026-11-22.log"
        log.write_bytes(b"")
        server = StdioServerParameters(
            command=program,
            args=["mcp", "--allow", str(allowed), "--allow", str(watched)],
            env={"HOME": name, "TMPDIR": name, "TZ": "UTC", "PATH": os.environ["PATH"]},
        )
        async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
            hello = await asyncio.wait_for(session.initialize(), 20)
            info = getattr(hello, "serverInfo", None) or hello.server_info
            check(info.name == "clawsift", "the server says who it is", info)
            tools = (await session.list_tools()).tools
            check({tool.name for tool in tools} == {"scan", "explain", "watch_status"}, "the tools", tools)
            hints = [getattr(t.annotations, "readOnlyHint", None) or getattr(t.annotations, "read_only_hint", None) for t in tools]
            check(all(hints), "all of them only read", tools)
            await scans(session, allowed, outside)
            await explains(session)
            await watches(session, log)


asyncio.run(main(sys.argv[1]))
