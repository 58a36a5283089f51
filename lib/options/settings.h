// SPDX-License-Identifier: BSD-3-Clause

// The words that the admin wrote behind the plugin's path in plugstack.conf, and in the file that config= names. The
// plugin reads them in srun and slurmstepd; stage and the slipway command get them from there and read them again.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/options/setting_words.h"
#include "lib/topology/gpu_bind.h"

namespace slipway {

// Which squashfs images the kernel mounts; all others are mounted by FUSE.
enum class MountKernel { kTrusted, kAnySquashfs, kNever };

// Ours (server/), or squashfuse's where it was built without the libraries that it takes.
inline constexpr char kDefaultFuseProgram[] = FUSE_PROGRAM;

struct Settings {
  // Which command line options are registered: all of ours, or, for a site that runs Pyxis too, only those whose names
  // Pyxis does not use.
  enum class Options { kPyxis, kNative } options = Options::kPyxis;
  bool is_like_pyxis = false;  // compat=pyxis: what a container has when nobody says anything

  // Who may have containers, by name or number: these users, and members of these groups. Both empty: anybody.
  std::vector<std::string> users, groups;

  // Images.
  bool allow_root = false;
  std::string default_image, force_image;  // absolute paths (lib/options/image_choice.h); empty: none
  std::vector<std::string> image_paths;    // directories of which one holds a step's image; empty: any may
  std::vector<std::string> image_owners;   // users, by name or number, of whom one owns it; empty: anybody
  std::vector<std::string> image_groups;   // groups, by name or number
  std::vector<std::string> image_formats;  // of sif, squashfs, erofs and directory; empty: all
  // Of whose signatures an image in SIF needs: one key's, each key's, or none at all; lib/policy/image_signature.h.
  enum class RequireSignature { kNo, kAny, kAll, kNever } require_signature = RequireSignature::kNo;
  std::vector<std::string> keyrings;   // files with the keys
  std::string sealed_size = "10%";     // of memory, as tmpfs(5) takes it, for a copy (helper/user/sealed_copy.h)
  std::vector<std::string> trusted_paths;  // directories whose root-owned images the kernel may mount
  MountKernel mount_kernel = MountKernel::kTrusted;
  bool fuse = true;  // whether images are mounted by FUSE at all
  std::string fuse_program = kDefaultFuseProgram;  // absolute path of squashfuse_ll or one with its options
  unsigned stage_timeout_seconds = 60;             // stage is killed after this

  // What of the host is inside.
  std::vector<std::string> mounts;       // in each container, as lib/options/mount_words.h has them, or "auto:TYPE,..."
  std::vector<std::string> mounts_allow;  // absolute paths of which users may mount something; empty: all
  std::vector<std::string> mounts_deny;   // absolute paths that no user may mount anything of
  enum class MountHome { kYes, kNo, kUser };
  std::optional<MountHome> mount_home;   // kUser: where the user asks for it; none: kYes, or kUser like Pyxis
  enum class Devices { kMinimal, kHost } devices = Devices::kMinimal;
  std::string library_table;  // path of the admin's own (lib/options/tables/library_table.h); empty: none
  std::string device_table;  // path of the admin's own (lib/options/tables/device_table.h); empty: none

  // GPUs.
  enum class Gpu { kGranted, kAll, kNo } gpu = Gpu::kGranted;  // which of the node's a rank has
  topology::GpuBind gpu_bind = topology::GpuBind::kOrder;  // where the user asks for none
  std::string gpu_root;      // where the GPUs' driver is installed; empty: in the node's root
  std::string driver_table;  // path of the admin's own (lib/options/tables/driver_table.h); empty: none
  std::string nic_table;     // path of the admin's own (lib/options/tables/nic_table.h); empty: none
  std::string topology;      // a file with the node's, as lstopo writes it; empty: it is read for each step
  std::vector<std::string> devices_allow;  // kinds of CDI devices that users may ask for; empty: all

  // What of the rest users may ask for.
  enum class Writable { kNone, kMemory, kAll } writable = Writable::kAll;
  std::string writable_size = "50%";  // of memory, as tmpfs(5) takes it
  enum class WritableLayer { kTmpfs, kExt4 } writable_layer = WritableLayer::kTmpfs;  // before Linux 6.6
  enum class RemapRoot { kUser, kYes, kNo } remap_root = RemapRoot::kUser;
  std::string unshare = "net,ipc,uts,pid";  // as lib/options/options.h has them
  std::vector<std::string> mpi = {"image", "host", "none"};  // what they may ask for; what steps have comes first

  bool task_scripts = true;  // scripts of theirs on the host around each rank (srun --task-prolog, --task-epilog)

  // Variables.
  std::string environment_table;  // path of the admin's own (lib/options/tables/environment_table.h); empty: none
  std::vector<std::pair<std::string, std::string>> env_set;
  std::vector<std::string> env_unset, env_pass;  // names, which may end with *

  bool batch_in_image = true;  // where a job's script runs

  // The words themselves, those of the file in place of config=; and those of them that count for the subject, one
  // scope for each key.
  std::vector<SettingWord> words, in_force;
  // Words that would be in force, and do not count: they let users have more in a partition or account that nobody has
  // checked (Subject::is_checked).
  std::vector<SettingWord> not_counted;
  // Some word is for steps of a partition or account, and nobody knew whether this one is.
  bool depends_on_job = false;

  bool demands_signed() const {
    return require_signature == RequireSignature::kAny || require_signature == RequireSignature::kAll;
  }

  // Why the words cannot be obeyed; empty when they can. A step with a container then fails with this sentence; others
  // go on, unless some word that could be read names an image for them.
  std::string error;
};

// What makes slurmctld check who names an account or partition.
inline constexpr char kChecksJobs[] = "AccountingStorageEnforce=associations";

// The words as Slurm hands them over, which does not tell in which line of which file they stand.
Settings read_settings(std::span<const std::string> words, const Subject& subject = {},
                       const std::string& place = "plugstack.conf");
// Settings::words once more, in another process or for another subject.
Settings read_settings(std::span<const SettingWord> words, const Subject& subject);

// Whether a word gives a key a value, whatever that is: "writable=none", "partition:debug.writable=none", "config=/a".
bool is_key_word(const std::string& word);

// Throws Error: a key that is for some steps only could be for this one.
void refuse_unknown_subject(const Settings& settings);

// What stands for `key` and counts: "image_path=/apps in plugstack.conf", for people, with what does not count and why.
// Empty: it has its default.
std::string words_of_key(const Settings& settings, std::string_view key);

}  // namespace slipway
