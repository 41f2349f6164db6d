# Phoenix Channels 2.0.0 with nothing but a WebSocket library: python3 v2.py ws://HOST:PORT/socket TOPIC
import asyncio, json, sys, websockets

async def main(url, topic):
    async with websockets.connect(url + "/websocket?vsn=2.0.0") as socket:
        push = lambda ref, event, payload: socket.send(json.dumps(["1", ref, topic, event, payload]))
        await push("1", "phx_join", {})
        await push("2", "echo", {"hello": "wörld"})
        async for text in socket:
            join_ref, ref, its_topic, event, payload = json.loads(text)
            print(json.dumps([ref, event, payload]), flush=True)
            if event == "news": await push("3", "phx_leave", {})
            if event == "phx_close": break

asyncio.run(main(*sys.argv[1:]))
