# python3 send.py
import json
import os
import sys
import uuid
from urllib.error import HTTPError
from urllib.request import Request, urlopen

request = Request(
    os.environ["PROMOSMS_ADDRESS"] + "/api/v1/messages",
    data=json.dumps({"to": "+48600100200", "text": "Your parcel is at our counter."}).encode(),
    headers={
        "Authorization": "Bearer " + os.environ["PROMOSMS_KEY"],
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid.uuid4()),
    },
)
try:
    with urlopen(request, timeout=30) as answer:
        message = json.load(answer)
except HTTPError as error:
    problem = json.load(error)
    sys.exit(f"{problem['code']}: {problem['detail']}")
sys.stdout.write(f"{message['id']} {message['status']}\n")
