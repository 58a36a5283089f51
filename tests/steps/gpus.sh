# What the tests of GPUs share. No node has one: their device nodes are made up (tests/cluster up --gpus) and cannot be
# opened, and of the driver there are stand-ins (tests/gpu/libcuda.c). What Slurm grants, what is in /dev, variables,
# topology, CPUs, cgroups and how programs find libraries are real.
# shellcheck shell=bash

seen=$CLUSTER_SHARED/seen
cat > "$seen" <<'END'
#!/bin/sh
# What a rank has: its local number, the GPUs in /dev, and by which numbers it sees them.
cd /dev
echo "$SLURM_LOCALID: $(echo nvidia[0-9]*) cuda=$CUDA_VISIBLE_DEVICES"
END
chmod 755 "$seen"

# ranks ARGUMENTS...: what each rank of such a step on n1 has, in their order.
ranks() { as_user srun -Q -w n1 --container="$image" --container-mounts="$CLUSTER_SHARED" "$@" "$seen" | sort; }

# GPUs 0 and 1 are near to CPU 1 and NIC mlx5_1, GPUs 2 and 3 to CPU 0 and mlx5_0.
crossed=$CLUSTER_SHARED/crossed.xml
python3 - > "$crossed" <<'END'
number = 0
def index():
    global number
    number += 1
    return number
def device(bus, kind, inside=""):
    return (f'<object type="PCIDev" gp_index="{index()}" pci_busid="0000:{bus:02x}:00.0" '
            f'pci_type="{kind} [0000:0000] 00" pci_link_speed="31.5">{inside}</object>')
def nic(bus, name):
    port = f'<object type="OSDev" gp_index="{index()}" name="{name}" osdev_type="3"><info name="Port1State" value="4"/></object>'
    return device(bus, "0207 [15b3:101b]", port)
def package(cpu, first_bus):
    where = f'cpuset="0x{1 << cpu:x}" complete_cpuset="0x{1 << cpu:x}"'
    nodes = f'nodeset="0x{1 << cpu:x}" complete_nodeset="0x{1 << cpu:x}"'
    gpus = "".join(device(first_bus + i, "0302 [10de:20b0]") for i in range(2))
    return (f'<object type="Package" os_index="{cpu}" {where} {nodes} gp_index="{index()}">'
            f'<object type="NUMANode" os_index="{cpu}" {where} {nodes} gp_index="{index()}" local_memory="1073741824"/>'
            f'<object type="Core" os_index="{cpu}" {where} {nodes} gp_index="{index()}">'
            f'<object type="PU" os_index="{cpu}" {where} {nodes} gp_index="{index()}"/></object>'
            f'<object type="Bridge" gp_index="{index()}" bridge_type="0-1" depth="0" '
            f'bridge_pci="0000:[{first_bus:02x}-{first_bus + 7:02x}]">{gpus}{nic(first_bus + 4, f"mlx5_{cpu}")}</object></object>')
print('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE topology SYSTEM "hwloc2.dtd">\n<topology version="2.0">\n'
      '<object type="Machine" os_index="0" cpuset="0x3" complete_cpuset="0x3" allowed_cpuset="0x3" nodeset="0x3" '
      f'complete_nodeset="0x3" allowed_nodeset="0x3" gp_index="{index()}">'
      + package(0, 0x80) + package(1, 0x10) + '</object></topology>')
END

# words ARGUMENTS...: which devices each rank of such a step is told to use, in their order.
words() { ranks "$@" | sed 's/.*cuda=//' | xargs; }

# with_gpu_keys KEY=VALUE...: beside that of the cluster.
driver=$CLUSTER_STATE/driver
with_gpu_keys() { with_keys "gpu_root=$driver" "$@"; }

# The driver's root directory: a library, a program and a socket, with what a loader's cache says of them.
libraries=$driver/usr/lib/$(gcc -print-multiarch)
mkdir -p "$libraries" "$driver"/{usr/bin,etc,var/run/nvidia-persistenced}
gcc -shared -fPIC -Wl,-soname,libcuda.so.1 -o "$libraries/libcuda.so.535.99" "$repository/tests/gpu/libcuda.c"
gcc -shared -fPIC -Wl,-soname,libnvidia-ml.so.1 -o "$libraries/libnvidia-ml.so.535.99" "$repository/tests/gpu/libcuda.c"
ln -sf libcuda.so.1 "$libraries/libcuda.so"
echo "/usr/lib/$(gcc -print-multiarch)" > "$driver/etc/ld.so.conf"
ldconfig -r "$driver"
printf '#!/bin/sh\necho a driver of 535.99\n' > "$driver/usr/bin/nvidia-smi"
chmod 755 "$driver/usr/bin/nvidia-smi"

# An image with glibc, as Apptainer would have built it, and a program that wants CUDA.
cuda=$CLUSTER_IMAGES/cuda.sif
make_cuda_image() { # make_cuda_image [COMMAND], which gets the tree
  local tree=$CLUSTER_STATE/tools/cuda library
  rm -rf "$tree"
  cp -a "$CLUSTER_IMAGES/small.dir" "$tree"
  mkdir -p "$tree"/{lib64,app,.singularity.d/libs,usr/local/cuda/compat}
  gcc -O1 -o "$tree/app/devices" "$repository/tests/gpu/devices.c" -ldl
  for library in $(ldd "$tree/app/devices" | grep -oE '/[^ ]+'); do cp -L --parents "$library" "$tree"; done
  mkdir -p "$tree/usr/lib"
  ldconfig -r "$tree"
  [ $# -eq 0 ] || "$@" "$tree"
  rm -f "$cuda"
  "$CLUSTER_STATE/usr/bin/slipway" build --comp=none "$cuda" "$tree"
}
