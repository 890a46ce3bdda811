"""Ask for a bag and for a device certificate, as programs written for the real
service do: with Apple's host names, plistlib, and a dot that matches no newline.

Arguments: the address of the control listener. Standard input: a signing request
in PEM. Standard output: what came, as JSON.
"""

import base64
import json
import plistlib
import re
import sys
import urllib.parse
import urllib.request

control, request = sys.argv[1], sys.stdin.buffer.read()
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch(host, path, body=None):
    question = urllib.request.Request(control + path, data=body, headers={"Host": host})
    with opener.open(question, timeout=10) as answer:
        return answer.read()


def text(data):
    return base64.b64encode(data).decode()


signed = plistlib.loads(fetch("init-p01st.push.apple.com", "/bag"))
info = plistlib.dumps({
    "ActivationInfoComplete": True,
    "ActivationInfoXML": plistlib.dumps({
        "ActivationRandomness": "4A2C1F60-0000-4000-8000-000000000001",
        "ActivationState": "Unactivated",
        "DeviceCertRequest": request,
        "DeviceClass": "Windows",
        "ProductType": "windows1,1",
        "SerialNumber": "WindowSerial",
    }),
    "FairPlayCertChain": b"\0",
    "FairPlaySignature": b"\0",
})
answer = fetch(
    "albert.apple.com",
    "/deviceservices/deviceActivation?device=Windows",
    urllib.parse.urlencode({"activation-info": info.decode()}).encode(),
).decode()
protocol = plistlib.loads(re.search("<Protocol>(.*)</Protocol>", answer).group(1).encode())
record = protocol["device-activation"]["activation-record"]

json.dump({
    "today": plistlib.loads(fetch("init.push.apple.com", "/bag?v=1&c=WiFi")),
    "sandbox": plistlib.loads(fetch("init.sandbox.push.apple.com", "/bag?v=1&c=26201")),
    "bag": text(signed["bag"]),
    "read": plistlib.loads(signed["bag"]),
    "certs": [text(der) for der in signed["certs"]],
    "signature": text(signed["signature"]),
    "certificate": record["DeviceCertificate"].decode(),
}, sys.stdout)
