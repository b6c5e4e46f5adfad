# python3 tls.py https://sms.example.com [certificate.pem]
# TLS 1.2 or later; the certificate is checked against the name.
import ssl
import sys
from urllib.request import HTTPSHandler, build_opener

address, *certificate = sys.argv[1:]
context = ssl.create_default_context(cafile=certificate[0] if certificate else None)
context.minimum_version = ssl.TLSVersion.TLSv1_2
opener = build_opener(HTTPSHandler(context=context))
with opener.open(f"{address}/.well-known/security.txt", timeout=10) as answer:
    sys.stdout.write(answer.read().decode())
