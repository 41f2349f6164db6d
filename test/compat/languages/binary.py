# Bytes as payload: a V2 frame with five sizes before its fields (docs/wire.md). python3 binary.py ws://HOST:PORT/socket TOPIC
import asyncio, json, sys, websockets

def push(join_ref, ref, topic, event, payload):
    fields = [field.encode() for field in (join_ref, ref, topic, event)]
    return bytes([0, *map(len, fields)]) + b"".join(fields) + payload

async def main(url, topic):
    async with websockets.connect(url + "/websocket?vsn=2.0.0") as socket:
        await socket.send(json.dumps(["1", "1", topic, "phx_join", {}]))
        print(json.dumps(json.loads(await socket.recv())), flush=True)
        await socket.send(push("1", "2", topic, "binary_echo", bytes(range(256))))
        print(json.dumps((await socket.recv()).hex()), flush=True)

asyncio.run(main(*sys.argv[1:]))
