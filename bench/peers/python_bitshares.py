"""The work of one benchmark with python-bitshares: a count on each line of the input, `done` after each."""

import json
import sys

from bitsharesbase import operations
from bitsharesbase.account import PrivateKey, PublicKey
from bitsharesbase.memo import decode_memo, encode_memo
from bitsharesbase.objects import Operation
from bitsharesbase.signedtransactions import Signed_Transaction


def memo_decode(given):
    key = PrivateKey(given["wif"])
    prefix = given["prefix"]

    def work(memo):
        decode_memo(key, PublicKey(memo["from"], prefix=prefix), memo["nonce"], memo["message"])

    return given["memos"], work


def memo_encode(given):
    key = PrivateKey(given["wif"])
    prefix = given["prefix"]

    def work(memo):
        encode_memo(key, PublicKey(memo["to"], prefix=prefix), memo["nonce"], memo["text"])

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
        built.sign([given["wif"]], chain=given["chain"])

    return given["transactions"], work


def main():
    inputs, work = globals()[sys.argv[1]](json.loads(sys.argv[2]))
    following = 0
    for line in sys.stdin:
        for _ in range(int(line)):
            work(inputs[following])
            following = (following + 1) % len(inputs)
        print("done", flush=True)


main()
