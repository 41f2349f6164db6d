# Long polling needs no library: GET until something comes, POST what is to be said. python3 longpoll.py http://HOST:PORT/socket TOPIC
import json, sys
from urllib.request import Request, urlopen

def ask(body=None):
    headers = {"x-phoenix-longpoll-token": token or "", "content-type": "application/json"}
    answer = json.load(urlopen(Request(url + "/longpoll?vsn=2.0.0", body and json.dumps(body).encode(), headers)))
    return answer.get("token", token), answer.get("messages", [])

url, topic, token, event = *sys.argv[1:], None, None
token, _ = ask()  # 410: the session is new, and this is its token
for ref, says, payload in ("1", "phx_join", {}), ("2", "echo", {"hello": "wörld"}):
    ask(["1", ref, topic, says, payload])
while event != "phx_close":
    for message in ask()[1]:
        _, ref, _, event, payload = json.loads(message)
        print(json.dumps([ref, event, payload]), flush=True)
        if event == "news": ask(["1", "3", topic, "phx_leave", {}])
