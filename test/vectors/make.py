"""Writes cobs.json, crc.json, frame.json and message.json beside this file, and prints wire.md's example.

Independent of both ends of the link: PyPI cobs, Python's zlib and struct, Google's protobuf.
Needs the packages of requirements.txt and protoc on the path.
"""

import importlib.util
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import zlib

import cobs
from cobs import cobs as cobs_codec
from google.protobuf import __version__ as protobuf_version
from google.protobuf.json_format import MessageToDict

HERE = pathlib.Path(__file__).resolve().parent
PROTO = HERE.parent.parent / "proto" / "mcu_eval.proto"
COBS_TOOL = f"PyPI cobs {cobs.__version__ if hasattr(cobs, '__version__') else '1.2.1'}"
FRAME_TOOL = f"{COBS_TOOL}, Python zlib"
BODY_TOOL = f"Google protobuf {protobuf_version} for Python"


def load_schema():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["protoc", f"-I{PROTO.parent}", f"--python_out={folder}", PROTO.name], check=True)
        path = pathlib.Path(folder) / "mcu_eval_pb2.py"
        spec = importlib.util.spec_from_file_location("mcu_eval_pb2", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


pb = load_schema()


def random_bytes(name, count, choices=range(256)):
    """Seeded bytes: the same on every run of this script."""
    stream = random.Random(name)
    return bytes(stream.choice(choices) for _ in range(count))


# ---- COBS ---------------------------------------------------------------------------------------

NONZERO = bytes(range(1, 256))


def cobs_cases():
    cases = []

    def good(name, origin, decoded, encoded=None, encode=True):
        made = cobs_codec.encode(decoded) if encoded is None else encoded
        assert cobs_codec.decode(made) == decoded, name
        cases.append({"name": name, "origin": origin, "input_hex": made.hex(), "expect": [{"ok": decoded.hex()}],
                      "encode": encode})

    def bad(name, origin, encoded):
        try:
            cobs_codec.decode(encoded)
        except cobs_codec.DecodeError:
            cases.append({"name": name, "origin": origin, "input_hex": encoded.hex(),
                          "expect": [{"reason": "bad_cobs"}], "encode": False})
        else:
            raise AssertionError(f"{name}: the tool decodes it")

    paper = "Cheshire and Baker 1999, Consistent Overhead Byte Stuffing, figure 3"
    good("paper: an IPv4 packet's first bytes", paper,
         bytes.fromhex("4500002c4c79000040064f37"), bytes.fromhex("024501042c4c79010540064f37"))
    wikipedia = "Wikipedia, Consistent Overhead Byte Stuffing, encoding examples, row "
    rows = [
        ("00", "0101"),
        ("0000", "010101"),
        ("001100", "01021101"),
        ("11220033", "0311220233"),
        ("11223344", "0511223344"),
        ("11000000", "0211010101"),
        (NONZERO[:254].hex(), "ff" + NONZERO[:254].hex()),
        ("00" + NONZERO[:254].hex(), "01ff" + NONZERO[:254].hex()),
        (NONZERO.hex(), "ff" + NONZERO[:254].hex() + "02ff"),
        (NONZERO[1:].hex() + "00", "ff" + NONZERO[1:].hex() + "0101"),
        (NONZERO[2:].hex() + "0001", "fe" + NONZERO[2:].hex() + "0201"),
    ]
    for number, (decoded, encoded) in enumerate(rows, 1):
        good(f"wikipedia {number}", wikipedia + str(number), bytes.fromhex(decoded), bytes.fromhex(encoded))
    good("empty packet", COBS_TOOL, b"")
    for length in (1, 2, 253, 254, 255, 508, 509, 600):
        good(f"{length} bytes without a zero", COBS_TOOL, random_bytes(f"nonzero {length}", length, NONZERO))
        good(f"{length} zeros", COBS_TOOL, bytes(length))
        good(f"{length} bytes, many zeros", COBS_TOOL, random_bytes(f"mixed {length}", length, [0, 0, 1, 255, 17]))
        good(f"{length} random bytes", COBS_TOOL, random_bytes(f"random {length}", length))
    full = random_bytes("closing", 254, NONZERO)
    good("a closing 01 behind a last FF group is accepted", "decoder of " + COBS_TOOL, full,
         b"\xff" + full + b"\x01", encode=False)
    bad("group reaches one byte beyond the end", "decoder of " + COBS_TOOL, bytes.fromhex("031122")[:2])
    bad("group FF with nothing behind", "decoder of " + COBS_TOOL, b"\xff")
    bad("second group cut", "decoder of " + COBS_TOOL, bytes.fromhex("02110522"))
    bad("FF group one short", "decoder of " + COBS_TOOL, b"\xff" + full[:253])
    return cases


# ---- CRC-32 -------------------------------------------------------------------------------------


def crc_cases():
    def case(name, origin, data, expected=None):
        value = f"{zlib.crc32(data):08x}"
        assert expected in (None, value), name
        return {"name": name, "origin": origin, "input_hex": data.hex(), "expect": [{"ok": value}]}

    return [
        case("check value", "RevEng CRC catalogue, CRC-32/ISO-HDLC", b"123456789", "cbf43926"),
        case("empty", "Python zlib", b""),
        case("one zero", "Python zlib", b"\0"),
        case("four FF", "Python zlib", b"\xff" * 4),
        case("zeros", "Python zlib", bytes(1000)),
        *(case(f"{n} random bytes", "Python zlib", random_bytes(f"crc {n}", n)) for n in (1, 3, 4, 7, 8, 64, 255, 3072)),
    ]


# ---- Frames -------------------------------------------------------------------------------------


def packet(kind, session=1, seq=0, body=b"", version=1, flags=0):
    head = struct.pack("<BBBBH", version, kind, session, flags, seq) + body
    return head + struct.pack("<I", zlib.crc32(head))


def frame(*args, **kwargs):
    return cobs_codec.encode(packet(*args, **kwargs)) + b"\0"


def ok(kind, session=1, seq=0, body=b"", version=1, flags=0):
    return {"ok": {"version": version, "kind": kind, "session": session, "flags": flags, "seq": seq,
                   "body_hex": body.hex()}}


def body_for(encoded_length, name):
    """A body whose frame takes exactly `encoded_length` encoded bytes."""
    for length in range(encoded_length):
        body = random_bytes(name, length, NONZERO)
        if len(frame(pb.LOAD_INPUT, body=body)) == encoded_length + 1:
            return body
    raise AssertionError(encoded_length)


def frame_cases():
    cases = []

    def case(name, stream, expect, to="device", max_frame=512, encode=False, origin=FRAME_TOOL):
        cases.append({"name": name, "origin": origin, "to": to, "max_frame": max_frame, "input_hex": stream.hex(),
                      "expect": expect, "encode": encode})

    def one(name, **kwargs):
        to = "host" if kwargs["kind"] & 0x80 else "device"
        case(name, frame(**kwargs), [ok(**kwargs)], to=to, encode=kwargs.get("version", 1) == 1 and not kwargs.get("flags"))

    def bad(name, reason, stream, **kwargs):
        # A sound frame behind the damage shows that the decoder is in step again.
        case(name, stream + frame(pb.STATS, seq=9), [{"reason": reason}, ok(pb.STATS, seq=9)], **kwargs)

    stats = frame(pb.STATS, seq=1)
    infer = dict(kind=pb.INFER, session=7, seq=300,
                 body=pb.Infer(input_id=5, sample=123, input_crc=0xCBF43926, mode=pb.EXCLUSIVE).SerializeToString())

    one("empty body", kind=pb.STATS, session=255, seq=65535)
    one("body with zeros", kind=pb.LOAD_INPUT, session=1, body=bytes(40))
    one("body of random bytes", kind=pb.LOAD_INPUT, session=3, body=random_bytes("frame", 300))
    one("reply to the host", kind=pb.INFER_REPLY, session=9, seq=2, body=random_bytes("reply", 50))
    one("infer", **infer)
    for kind in [pb.HELLO, pb.READ_OUTPUT, pb.CONFIGURE, pb.PROFILE, pb.RESET, pb.SYNC,
                 pb.HELLO_REPLY, pb.OUTPUT_CHUNK, pb.CONFIGURE_REPLY, pb.PROFILE_REPLY, pb.STATS_REPLY,
                 pb.RESET_REPLY, pb.INPUT_INCOMPLETE, pb.ERROR, pb.CREDIT, pb.BUSY, pb.LOG]:
        one(f"kind {pb.Kind.Name(kind)}", kind=kind, session=2)
    one("flags are reserved and ignored", kind=pb.STATS, seq=4, flags=0x80)
    one("hello of another version", kind=pb.HELLO, session=1, version=2, body=b"\x08\x02\x15\x01\x02\x03\x04")
    one("hello reply of another version", kind=pb.HELLO_REPLY, session=1, version=200, body=b"\x08\xc8\x01")

    case("nothing", b"", [])
    case("lone delimiters", bytes(5), [])
    case("delimiters around a frame", bytes(2) + stats + bytes(3), [ok(pb.STATS, seq=1)])
    case("a frame without its delimiter is none", stats[:-1], [])
    case("three frames", stats + frame(**infer) + frame(pb.SYNC, body=b"\x08\x05\x10\x01"),
         [ok(pb.STATS, seq=1), ok(**infer), ok(pb.SYNC, body=b"\x08\x05\x10\x01")])
    for limit in (256, 512):
        body = body_for(limit, f"limit {limit}")
        case(f"exactly max_frame {limit}", frame(pb.LOAD_INPUT, body=body), [ok(pb.LOAD_INPUT, body=body)],
             max_frame=limit)
        bad(f"one above max_frame {limit}", "too_long",
            frame(pb.LOAD_INPUT, body=body_for(limit + 1, f"above {limit}")), max_frame=limit)
    bad("far above max_frame counts once", "too_long", random_bytes("flood", 3000, NONZERO) + b"\0", max_frame=256)
    bad("too_long comes before bad_cobs", "too_long", b"\xff" * 257 + b"\0", max_frame=256)

    bad("group beyond the end", "bad_cobs", b"\x09\x01\x02\0")
    bad("garbage, then a delimiter", "bad_cobs", b"\xf0" + random_bytes("garbage", 20, NONZERO) + b"\0")
    bad("bad_cobs comes before bad_length", "bad_cobs", b"\x02\0")
    bad("one byte", "bad_length", b"\x01\0")
    bad("nine decoded bytes", "bad_length", cobs_codec.encode(packet(pb.STATS)[:9]) + b"\0")
    bad("bad_length comes before bad_crc", "bad_length", cobs_codec.encode(b"\1" * 9) + b"\0")
    bad("ten bytes, crc wrong", "bad_crc", cobs_codec.encode(b"\1" * 10) + b"\0")
    broken = bytearray(packet(**infer))
    broken[9] ^= 0x10
    bad("one bit of the body", "bad_crc", cobs_codec.encode(bytes(broken)) + b"\0")
    broken = bytearray(packet(**infer))
    broken[1] ^= 0x80
    bad("one bit of the kind", "bad_crc", cobs_codec.encode(bytes(broken)) + b"\0")
    broken = bytearray(packet(**infer))
    broken[-1] ^= 0x01
    bad("one bit of the crc", "bad_crc", cobs_codec.encode(bytes(broken)) + b"\0")
    swapped = packet(**infer)
    bad("crc in the other byte order", "bad_crc", cobs_codec.encode(swapped[:-4] + swapped[:-5:-1]) + b"\0")
    bad("a delimiter lost: two frames in one", "bad_crc",
        (stats[:-1] + frame(**infer)))
    bad("version 2", "bad_version", frame(pb.STATS, version=2))
    bad("version 0", "bad_version", frame(pb.INFER, version=0))
    bad("bad_version comes before bad_kind", "bad_version", frame(0x7F, version=2))
    bad("bad_crc comes before bad_version", "bad_crc",
        cobs_codec.encode(b"\x02" + packet(pb.STATS)[1:]) + b"\0")
    for kind in (0, 8, 15, 18, 0x7F, pb.HELLO_REPLY, pb.CREDIT, 0xFF):
        bad(f"kind {kind} towards the device", "bad_kind", frame(kind))
    # The sound frame behind must be one that the host takes.
    for kind in (0, pb.HELLO, pb.SYNC, 128, 147, 255):
        case(f"kind {kind} towards the host", frame(kind) + frame(pb.LOG), [{"reason": "bad_kind"}, ok(pb.LOG)],
             to="host")

    torn = frame(**infer)[:12]
    case("a torn frame costs the next one", torn + stats + stats,
         [{"reason": "bad_cobs" if not decodes(torn + stats[:-1]) else "bad_crc"}, ok(pb.STATS, seq=1)])
    case("a lone delimiter behind a torn frame saves the next one", torn + b"\0" + stats,
         [{"reason": "bad_cobs" if not decodes(torn) else "bad_crc"}, ok(pb.STATS, seq=1)])
    case("every reason in one stream",
         random_bytes("all", 300, NONZERO) + b"\0" + b"\x05\x01\0" + b"\x02\x07\0" + cobs_codec.encode(b"\1" * 12)
         + b"\0" + frame(pb.STATS, version=3) + frame(99) + stats,
         [{"reason": r} for r in ("too_long", "bad_cobs", "bad_length", "bad_crc", "bad_version", "bad_kind")]
         + [ok(pb.STATS, seq=1)], max_frame=256)
    return cases


def decodes(encoded):
    try:
        cobs_codec.decode(encoded)
        return True
    except cobs_codec.DecodeError:
        return False


# ---- Messages -----------------------------------------------------------------------------------

IMAGE = pb.TensorInfo(index=0, type=pb.INT8, shape=[1, 32, 32, 3], scale=1 / 255, zero_point=-128, name="input")
HELLO_REPLY = pb.HelloReply(
    protocol=1, nonce=0x01020304, boot_nonce=0xFFFFFFFF, firmware="3f2a9c", reset_cause=pb.FAULT_RESET,
    fault=pb.Fault(kind=pb.HARD_FAULT, pc=0x1234, lr=0xFFFFFFF9, status=0x8200, address=0xE0000000, seq=65535),
    runtime="tflm-2020-07", board="qemu-m7", core="cortex-m7", clock_hz=25000000,
    clock_source=pb.CLOCK_QEMU_ICOUNT, max_frame=4096, rx_window=8192, reply_window=4, staging_bytes=6144,
    staging_slots=2, capabilities=[pb.CAP_DELTA, pb.CAP_REPORT_TENSOR, pb.CAP_RESET], status=pb.READY,
    model_crc=0xCBF43926, model_bytes=100000, inputs=[IMAGE],
    outputs=[pb.TensorInfo(index=30, type=pb.INT8, shape=[1, 10], scale=1 / 256, zero_point=-128, name="output")],
    arena_used=52000, arena_bytes=262144, arena_placement="sram",
    operators=[pb.OperatorInfo(builtin_code=3, version=3, kernels=pb.KERNELS_REFERENCE, count=9),
               pb.OperatorInfo(builtin_code=0, version=1, kernels=pb.KERNELS_REFERENCE, count=3)])


def message_cases():
    cases = []

    def good(name, kind, message, raw=None, encode=True):
        data = message.SerializeToString(deterministic=True) if raw is None else raw
        cases.append({"name": name, "origin": BODY_TOOL, "kind": kind, "input_hex": data.hex(),
                      "expect": [{"ok": MessageToDict(message)}], "encode": encode})

    def bad(name, kind, message, raw):
        try:
            message.FromString(raw)
        except Exception:
            cases.append({"name": name, "origin": f"refused by {BODY_TOOL}", "kind": kind, "input_hex": raw.hex(),
                          "expect": [{"reason": "bad_body"}], "encode": False})
        else:
            raise AssertionError(f"{name}: the tool decodes it")

    good("hello", pb.HELLO, pb.Hello(protocol=1, nonce=0xDEADBEEF, max_frame=65536, host="mcu-eval 0.1.0"))
    good("hello reply, all fields", pb.HELLO_REPLY, HELLO_REPLY)
    good("hello reply, no model", pb.HELLO_REPLY,
         pb.HelloReply(protocol=1, nonce=1, boot_nonce=2, status=pb.OPERATOR_UNSUPPORTED,
                       status_detail="operator 4 (SVDF, version 1) has no kernel", arena_bytes=1024))
    good("load input, raw", pb.LOAD_INPUT,
         pb.LoadInput(slot=1, input_id=70000, total_bytes=3072, offset=1024, raw=random_bytes("raw", 64)))
    good("load input, delta", pb.LOAD_INPUT,
         pb.LoadInput(slot=0, input_id=3, total_bytes=3072, offset=0,
                      delta=pb.PackedDelta(base_crc=0x12345678, length=16, bits=2, packed=b"\x1b\xe4\x00\xff")))
    good("load input, no content", pb.LOAD_INPUT, pb.LoadInput(input_id=1, total_bytes=4))
    good("load input, empty raw is content", pb.LOAD_INPUT, pb.LoadInput(input_id=1, total_bytes=4, raw=b""))
    good("infer", pb.INFER, pb.Infer(slot=1, input_id=9, sample=9999, input_crc=0xFFFFFFFF, mode=pb.OVERLAPPED,
                                     report_tensors=[28, 300]))
    tensor = pb.TensorValue(index=30, total_bytes=10, crc=zlib.crc32(bytes(range(10))), data=bytes(range(10)))
    good("infer reply with ticks", pb.INFER_REPLY,
         pb.InferReply(sample=7, input_crc=1, mode=pb.EXCLUSIVE, outputs=[tensor], ticks=2**40 + 1, irq_ticks=0,
                       invoke_count=12))
    good("infer reply without ticks", pb.INFER_REPLY,
         pb.InferReply(sample=7, input_crc=1, mode=pb.OVERLAPPED, outputs=[tensor, tensor], invoke_count=1))
    good("input incomplete", pb.INPUT_INCOMPLETE,
         pb.InputIncomplete(sample=1, slot=0, input_id=2, reason=pb.MISSING_BYTES,
                            missing=[pb.Range(begin=0, end=100), pb.Range(begin=3000, end=3072)]))
    good("read output", pb.READ_OUTPUT, pb.ReadOutput(sample=3, tensor=30, offset=4096, length=65536))
    good("output chunk", pb.OUTPUT_CHUNK,
         pb.OutputChunk(sample=3, tensor=30, offset=4096, data=random_bytes("chunk", 32), total_bytes=70000))
    good("configure preprocessing", pb.CONFIGURE, pb.Configure(preprocessing=pb.Preprocessing()))
    good("configure log level", pb.CONFIGURE, pb.Configure(log_level=pb.LOG_DEBUG))
    good("configure reply", pb.CONFIGURE_REPLY, pb.ConfigureReply())
    good("profile", pb.PROFILE, pb.Profile(infer=pb.Infer(sample=1, mode=pb.EXCLUSIVE), first_node=20))
    good("profile reply", pb.PROFILE_REPLY,
         pb.ProfileReply(sample=1, node_count=2, nodes=[pb.NodeProfile(node=0, ticks=2**33), pb.NodeProfile(node=1)],
                         total_ticks=2**53 - 1))
    good("profile reply with the cost of counting", pb.PROFILE_REPLY,
         pb.ProfileReply(sample=1, node_count=40, first_node=39,
                         nodes=[pb.NodeProfile(node=39, ticks=0, kernels=pb.KERNELS_DSP)],
                         total_ticks=0, tick_step=125, hook_ticks=45, empty_ticks=26))
    good("stats", pb.STATS, pb.Stats())
    good("stats reply", pb.STATS_REPLY,
         pb.StatsReply(link=pb.LinkCounters(bytes_received=2**35, bytes_sent=1, frames_received=3, bad_crc=4,
                                            too_long=5, other_session=6, stale=7, overruns=8),
                       invokes=200, replays=1, stack_high_water=4096, stack_bytes=16384, arena_used=52000))
    good("reset", pb.RESET, pb.Reset(kind=pb.RESET_SYSTEM))
    good("credit", pb.CREDIT, pb.Credit(consumed=2**32 - 1, sync_id=3))
    good("sync", pb.SYNC, pb.Sync(sent=2**32 - 1, id=2**32 - 1))
    good("busy", pb.BUSY, pb.Busy(elapsed_ms=1500))
    good("log", pb.LOG, pb.Log(level=pb.LOG_WARNING, text="grüße"))
    good("error", pb.ERROR, pb.Error(code=pb.NO_SESSION, boot_nonce=0x80000000))

    infer = pb.Infer(sample=5, mode=pb.EXCLUSIVE)
    good("an unknown field is skipped", pb.INFER, infer, infer.SerializeToString() + b"\xa2\x06\x03abc\xa8\x06\x01",
         encode=False)
    good("the last value of a field given twice counts", pb.INFER, infer, b"\x18\x63" + infer.SerializeToString(),
         encode=False)
    good("fields in another order", pb.INFER, infer, b"\x28\x01\x18\x05", encode=False)
    good("repeated numbers not packed", pb.INFER, pb.Infer(report_tensors=[1, 2]), b"\x30\x01\x30\x02", encode=False)
    bad("varint cut", pb.INFER, pb.Infer, b"\x18\x80")
    bad("varint of eleven bytes", pb.INFER, pb.Infer, b"\x18" + b"\x80" * 10 + b"\x01")
    bad("fixed32 cut", pb.INFER, pb.Infer, b"\x25\x01\x02\x03")
    bad("bytes reach beyond the end", pb.LOAD_INPUT, pb.LoadInput, b"\x2a\x05abc")
    bad("sub-message reaches beyond the end", pb.LOAD_INPUT, pb.LoadInput, b"\x32\x09\x0d\x01")
    bad("sub-message cut inside", pb.LOAD_INPUT, pb.LoadInput, b"\x32\x03\x0d\x01\x02")
    bad("tag without a value", pb.INFER, pb.Infer, b"\x18")
    bad("field number 0", pb.INFER, pb.Infer, b"\x00\x01")
    bad("wire type 7", pb.INFER, pb.Infer, b"\x1f\x01")
    return cases


def print_example():
    def show(title, **kwargs):
        print(f"\n{title}\n  body    {kwargs['body'].hex(' ')}\n  packet  {packet(**kwargs).hex(' ')}\n"
              f"  wire    {frame(**kwargs).hex(' ')}")
        return len(frame(**kwargs))

    show("Hello", kind=pb.HELLO, session=1,
         body=pb.Hello(protocol=1, nonce=0x01020304, max_frame=65536, host="example").SerializeToString())
    data = bytes([1, 0, 255, 0])
    sent = show("LoadInput", kind=pb.LOAD_INPUT, session=1,
         body=pb.LoadInput(input_id=1, total_bytes=4, raw=data).SerializeToString())
    sent += show("Infer", kind=pb.INFER, session=1, seq=1,
         body=pb.Infer(input_id=1, sample=42, input_crc=zlib.crc32(data), mode=pb.EXCLUSIVE).SerializeToString())
    out = bytes([0x80, 0x7F])
    show("InferReply", kind=pb.INFER_REPLY, session=1, seq=1,
         body=pb.InferReply(sample=42, input_crc=zlib.crc32(data), mode=pb.EXCLUSIVE, invoke_count=1, ticks=1000,
                            irq_ticks=0, outputs=[pb.TensorValue(index=3, total_bytes=2, crc=zlib.crc32(out),
                                                                 data=out)]).SerializeToString())
    show("Sync, a lone 00 before it", kind=pb.SYNC, session=1, body=pb.Sync(sent=sent + 1 + 16, id=1).SerializeToString())
    show("Credit", kind=pb.CREDIT, session=1, body=pb.Credit(consumed=sent + 1 + 16, sync_id=1).SerializeToString())


def main():
    for layer, cases in (("cobs", cobs_cases()), ("crc", crc_cases()), ("frame", frame_cases()),
                         ("message", message_cases())):
        names = [case["name"] for case in cases]
        assert len(set(names)) == len(names), f"{layer}: a name twice"
        lines = ",\n".join("    " + json.dumps(case, ensure_ascii=False) for case in cases)
        text = f'{{\n  "layer": "{layer}",\n  "cases": [\n{lines}\n  ]\n}}\n'
        (HERE / f"{layer}.json").write_text(text, encoding="utf-8")
        print(f"{layer}.json: {len(cases)} cases", file=sys.stderr)
    print_example()


if __name__ == "__main__":
    main()
