# python3 read.py ID
import json
import os
import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen

request = Request(
    os.environ["PROMOSMS_ADDRESS"] + "/api/v1/messages/" + sys.argv[1],
    headers={"Authorization": "Bearer " + os.environ["PROMOSMS_KEY"]},
)
try:
    with urlopen(request, timeout=30) as answer:
        message = json.load(answer)
except HTTPError as error:
    problem = json.load(error)
    sys.exit(f"{problem['code']}: {problem['detail']}")
sys.stdout.write(f"{message['id']} {message['status']}\n")
