# Phoenix Channels 1.0.0: messages are objects, and an URL without vsn means this version. python3 v1.py ws://HOST:PORT/socket TOPIC
import asyncio, json, sys, websockets

async def main(url, topic):
    async with websockets.connect(url + "/websocket") as socket:
        push = lambda ref, event, payload: socket.send(json.dumps({"topic": topic, "event": event, "payload": payload, "ref": ref}))
        await push("1", "phx_join", {})
        await push("2", "echo", {"hello": "wörld"})
        async for text in socket:
            message = json.loads(text)
            print(json.dumps([message["ref"], message["event"], message["payload"]]), flush=True)
            if message["event"] == "news": await push("3", "phx_leave", {})
            if message["event"] == "phx_close": break

asyncio.run(main(*sys.argv[1:]))
