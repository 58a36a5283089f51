"""swallow.py DIRECTORY FILE CALL COUNT: a FUSE file system with allow_other, one file "image" that holds FILE's bytes,
whose server answers COUNT requests of the kind CALL (getattr, statfs, lookup, open, read, flush) and swallows the next,
and all after it. Says what it swallows, and what root's processes ask of it. Mounts with root's help, then is the user
in SWALLOW_UID. Ends with its mount."""
import ctypes, os, stat, struct, sys

directory, file, call, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
kinds = {1: "lookup", 3: "getattr", 14: "open", 15: "read", 17: "statfs", 25: "flush"}
content = open(file, "rb").read()
device = os.open("/dev/fuse", os.O_RDWR)
uid = int(os.environ["SWALLOW_UID"])
options = f"fd={device},rootmode=40000,user_id={uid},group_id={uid},allow_other"
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(b"swallow", directory.encode(), b"fuse", 6, options.encode()) != 0:
    sys.exit("mount: " + os.strerror(ctypes.get_errno()))
os.setgid(uid)
os.setuid(uid)


def attributes(node):
    size, mode = (0, stat.S_IFDIR | 0o755) if node == 1 else (len(content), stat.S_IFREG | 0o644)
    return struct.pack("<QQQQQQIIIIIIIIII", node, size, (size + 511) // 512, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)


seen = 0
while True:
    try:
        request = os.read(device, 1 << 20)
    except OSError:
        sys.exit(0)
    length, opcode, unique, node, asking, _, process = struct.unpack_from("<IIQQIII", request)
    if asking == 0 and process != 0:  # what no process waits for has neither
        print("root asks for", kinds.get(opcode, opcode), flush=True)
    body = request[40:]
    if kinds.get(opcode) == call or seen > count:
        seen += 1
        if seen > count:
            print("swallowed", kinds.get(opcode, opcode), "of", process, flush=True)
            continue
    error, answer = 0, b""
    if opcode == 26:  # INIT
        answer = struct.pack("<IIIIHHIIHHII", 7, 31, 65536, 0, 12, 8, 65536, 1, 16, 0, 0, 0) + bytes(24)
    elif opcode == 1:  # names and attributes are valid for no time: each look asks again
        if body.rstrip(b"\0") == b"image":
            answer = struct.pack("<QQQQII", 2, 0, 0, 0, 0, 0) + attributes(2)
        else:
            error = 2
    elif opcode == 3:
        answer = struct.pack("<QII", 0, 0, 0) + attributes(node)
    elif opcode in (14, 27):
        answer = struct.pack("<QII", 1, 0, 0)
    elif opcode == 15:
        _, offset, size = struct.unpack_from("<QQI", body)
        answer = content[offset:offset + size]
    elif opcode == 17:
        answer = struct.pack("<QQQQQIIII", 1, 0, 0, 1, 0, 4096, 255, 4096, 0) + bytes(24)
    elif opcode in (2, 42):  # FORGET: no answer
        continue
    elif opcode in (18, 25, 29):
        pass
    else:
        error = 38
    os.write(device, struct.pack("<IiQ", 16 + len(answer), -error, unique) + answer)
