"""An origin for a browser: browser_origin.py. Says its port; and then, for each line of stdin, in one line of JSON what its pages have seen.

/page?name=NAME[&inner=URL] keeps a WebSocket, an EventSource and fetches going, counts what goes wrong with them, and reports under its name; with
inner it shows another page, too.
"""

import http.server
import json
import sys
import threading
import urllib.parse

from long_lived_clients import Origin

PAGE = b"""<!doctype html><title>counting</title><script>
const asked = new URLSearchParams(location.search);
const seen = {sent: 0, echoed: 0, wrong: 0, closed: 0, socket_errors: 0, events: 0, gaps: 0, source_errors: 0, fetched: 0, not_fetched: 0};
addEventListener('load', () => {
  if (asked.has('inner')) {
    const frame = document.createElement('iframe');
    frame.src = asked.get('inner');
    document.body.append(frame);
  }
});

const socket = new WebSocket(location.origin.replace('http', 'ws') + '/ws');
const send = () => socket.send('message ' + ++seen.sent);
socket.onopen = send;
socket.onmessage = message => {
  message.data === 'message ' + seen.sent ? seen.echoed++ : seen.wrong++;
  setTimeout(send, 20);
};
socket.onclose = () => seen.closed++;
socket.onerror = () => seen.socket_errors++;

const source = new EventSource('/events');
source.onmessage = event => {
  if (Number(event.data) !== seen.events) seen.gaps++;
  seen.events++;
};
source.onerror = () => seen.source_errors++;

(async () => {
  for (;;) {
    try {
      const report = JSON.stringify(seen);
      const answer = await fetch('/seen?name=' + asked.get('name'), {method: 'POST', body: report});
      await answer.text() === report ? seen.fetched++ : seen.not_fetched++;
    } catch {
      seen.not_fetched++;
    }
    await new Promise(done => setTimeout(done, 50));
  }
})();
</script>
"""

lock = threading.Lock()
sockets = sources = 0
reports = {}


class BrowserOrigin(Origin):
    def do_GET(self):
        if self.path.startswith("/page"):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(PAGE)))
            self.end_headers()
            self.wfile.write(PAGE)
        else:
            super().do_GET()

    def do_POST(self):
        report = self.rfile.read(int(self.headers["Content-Length"]))
        name = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)["name"][0]
        reports[name] = json.loads(report)
        self.answer(report)

    def websocket(self):
        global sockets
        with lock:
            sockets += 1
        super().websocket()

    def events(self):
        global sources
        with lock:
            sources += 1
        super().events()


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), BrowserOrigin)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
for _ in sys.stdin:
    print(json.dumps({"sockets": sockets, "sources": sources, **reports}), flush=True)
