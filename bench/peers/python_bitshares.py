"""
The work of one benchmark with python-bitshares.

Started with the name of a function below and with `gmpy2` or `plain`. The first line of the input holds what to work on; it is
answered with the versions and the result of the first piece of work, as JSON. Each further line is a count, answered with
`done` when so many pieces of work are done.
"""

import json
import sys

if sys.argv[2] == "plain":
    # python-bitshares does not ask for gmpy2; python-ecdsa is faster where it happens to be installed.
    sys.modules["gmpy2"] = None
    sys.modules["gmpy"] = None

from importlib import metadata

import graphenebase.ecdsa
from bitsharesbase import operations
from bitsharesbase.account import PrivateKey, PublicKey
from bitsharesbase.memo import decode_memo, encode_memo
from bitsharesbase.objects import Operation
from bitsharesbase.signedtransactions import Signed_Transaction


def memo_decode(given):
    key = PrivateKey(given["wif"])
    prefix = given["prefix"]

    def work(memo):
        return decode_memo(key, PublicKey(memo["from"], prefix=prefix), memo["nonce"], memo["message"])

    return given["memos"], work


def memo_encode(given):
    key = PrivateKey(given["wif"])
    prefix = given["prefix"]

    def work(memo):
        return encode_memo(key, PublicKey(memo["to"], prefix=prefix), memo["nonce"], memo["text"])

    return given["memos"], work


def transfer(given):
    def work(transaction):
        built = Signed_Transaction(
            ref_block_num=transaction["ref_block_num"],
            ref_block_prefix=transaction["ref_block_prefix"],
            expiration=transaction["expiration"],
            operations=[
                Operation(operations.Transfer(**fields)) for _, fields in transaction["operations"]
            ],
        )
        identity = built.id
        built.sign([given["wif"]], chain=given["chain"])
        return {"id": identity, "signature": bytes(built["signatures"].data[0]).hex()}

    def with_a_signer_that_works(transaction):
        try:
            return work(transaction)
        except AttributeError:
            # graphenelib prefers the package cryptography, and then reads a field that python-ecdsa no longer has.
            graphenebase.ecdsa.SECP256K1_MODULE = "ecdsa"
            return work(transaction)

    return given["transactions"], with_a_signer_that_works


def version_of(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def versions(uses_signer):
    found = {
        "Python": sys.version.split()[0],
        "bitshares": version_of("bitshares") or "from source",
        "graphenelib": version_of("graphenelib") or "from source",
        "ecdsa": version_of("ecdsa"),
    }
    if sys.argv[2] == "gmpy2":
        found["gmpy2"] = version_of("gmpy2")
    if uses_signer:
        found["signer"] = graphenebase.ecdsa.SECP256K1_MODULE
    return found


def main():
    name = sys.argv[1]
    inputs, work = globals()[name](json.loads(sys.stdin.readline()))
    first = work(inputs[0])
    print(json.dumps({"versions": versions(name == "transfer"), "first": first}), flush=True)
    following = 0
    for line in sys.stdin:
        for _ in range(int(line)):
            work(inputs[following])
            following = (following + 1) % len(inputs)
        print("done", flush=True)


main()
