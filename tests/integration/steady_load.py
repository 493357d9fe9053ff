"""Run by test_service: so many questions a second for so long, each in a conversation of its own; writes what came back.

Usage: python -m tests.integration.steady_load URL RATE SECONDS
"""

import asyncio
import json
import sys

import httpx

QUESTIONS = ("身份证丢了补办要多少钱", "租房子提取公积金要什么材料", "办护照几天能拿到", "周末大厅上班吗", "个体户注销怎么办")


async def main(url: str, rate: float, seconds: float) -> None:
    """Ask at a steady rate, whatever the answers take."""
    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False, limits=httpx.Limits(max_connections=200)) as client:

        async def one(number: int) -> tuple[int, list[str]]:
            try:
                response = await client.post("/api/v1/chat", json={"text": QUESTIONS[number % len(QUESTIONS)]})
                reply = response.json()
            except (httpx.HTTPError, ValueError):
                return 0, []
            status = 500 if reply.get("outcome") == "error" else response.status_code
            return status, sorted({a["version"] for a in reply.get("answers", [])})

        tasks = []
        for number in range(int(rate * seconds)):
            tasks.append(asyncio.create_task(one(number)))
            await asyncio.sleep(1 / rate)
        sys.stdout.write(json.dumps(await asyncio.gather(*tasks)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3])))
