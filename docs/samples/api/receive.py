# PROMOSMS_SECRET=whsec_... python3 receive.py 8080
import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

KEY = base64.b64decode(os.environ["PROMOSMS_SECRET"].removeprefix("whsec_"))
known = set()  # a real program keeps the ids where they outlast it


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        name, sent = self.headers.get("webhook-id", ""), self.headers.get("webhook-timestamp", "")
        digest = hmac.digest(KEY, f"{name}.{sent}.".encode() + body, hashlib.sha256)
        right = "v1," + base64.b64encode(digest).decode()
        given = self.headers.get("webhook-signature", "").split()
        signed = any(hmac.compare_digest(each.encode(), right.encode()) for each in given)
        fresh = sent.isdecimal() and abs(time.time() - int(sent)) < 300
        if not (signed and fresh):
            return self.answer(400)
        if name not in known:
            event = json.loads(body)
            sys.stdout.write(f"{event['type']} {json.dumps(event['data'])}\n")
            sys.stdout.flush()
            known.add(name)
        return self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.end_headers()


HTTPServer(("127.0.0.1", int(sys.argv[1])), Hook).serve_forever()
