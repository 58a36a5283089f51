// SPDX-License-Identifier: BSD-3-Clause
#include "helper/stage/step_gpus.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "lib/base/error.h"
#include "lib/gpu/meeting.h"
#include "lib/gpu/node_gpus.h"
#include "lib/kernel/memory_file.h"
#include "lib/process/programs.h"
#include "lib/protocol/wire.h"

namespace slipway {

namespace {

// Longer than hwloc takes on the largest node. Without a topology a step only loses its order of GPUs.
constexpr int kPatience = 3000;  // ms

// The value is the user's: nothing is done with it but this.
bool wants_nics(const Request& request) {
  const auto wish = request.options.find("nic_bind");
  return wish != request.options.end() && wish->second == "closest";
}

std::vector<std::string> topology_words(const Settings& settings) {
  std::vector<std::string> words = {kTopologyProgram};
  if (!settings.topology.empty()) words.push_back(settings.topology);
  return words;
}

// Sealed when it is written, so that no rank's process finds it shorter than it is (SIGBUS).
Fd memory(const char* name, size_t size) {
  Fd fd = memory_file(name);
  if (!fd || ftruncate(fd.get(), size) != 0) throw system_error("GPUs", "memfd_create");
  return fd;
}

void seal(const Fd& fd, int seals) {
  if (fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL | seals) != 0) {
    throw system_error("GPUs", "fcntl(F_ADD_SEALS)");
  }
}

class NodeMaker {
 public:
  NodeMaker(const Request& request, const std::string& directory)
      : request_(request), directory_(directory + "/" + gpu::kHidden) {
    make_directory(directory_);
  }

  // The user's, whose ranks move the nodes out: when all are made, since root makes none where a user could put a link.
  void give_to_user() const {
    for (auto directory = made_.rbegin(); directory != made_.rend(); ++directory) {
      if (chown(directory->c_str(), request_.uid, request_.gid) != 0) throw system_error("/dev", "chown");
    }
  }

  // As the host's, whose owner and mode say who may use it. One that is gone by now is left out.
  void make(const std::string& name) {
    struct stat status;
    if (stat(("/dev/" + name).c_str(), &status) != 0 || !S_ISCHR(status.st_mode)) return;
    const size_t slash = name.find('/');
    if (slash != name.npos) make_directory(directory_ + "/" + name.substr(0, slash));
    const std::string path = directory_ + "/" + name;
    if (mknod(path.c_str(), S_IFCHR, status.st_rdev) != 0 ||
        chown(path.c_str(), status.st_uid, status.st_gid) != 0 || chmod(path.c_str(), status.st_mode & 0666) != 0) {
      throw system_error("/dev/" + name, "mknod", "ask the admin to let slurmd make device nodes");
    }
  }

 private:
  void make_directory(const std::string& path) {
    if (mkdir(path.c_str(), 0700) != 0) {
      if (errno == EEXIST) return;
      throw system_error("/dev", "mkdir");
    }
    made_.push_back(path);
  }

  const Request& request_;
  const std::string directory_;
  std::vector<std::string> made_;
};

}  // namespace

Gpus::Gpus(const Request& request) {
  auto table = std::make_unique<gpu::Table>();
  if (request.settings.gpu != Settings::Gpu::kNo) gpu::find_gpus("", *table);
  if (table->gpus == 0 && !wants_nics(request)) return;
  table->ranks = static_cast<int>(request.ranks);
  table->is_batch = !request.batch_script.empty();
  table->is_verbose = request.is_verbose;
  table->shows_all = request.settings.gpu == Settings::Gpu::kAll;
  if (table->gpus > 1 || wants_nics(request)) topology_.emplace(topology_words(request.settings));
  table_ = std::move(table);
}

void Gpus::make_nodes(const Request& request, const std::string& directory) const {
  if (!table_ || table_->gpus == 0) return;
  NodeMaker maker(request, directory);
  for (int i = 0; i < table_->gpus; ++i) maker.make(table_->gpu[i].name);
  for (int i = 0; i < table_->companions; ++i) maker.make(table_->companion[i].name);
  maker.give_to_user();
}

std::vector<Fd> Gpus::descriptors() {
  // Its bytes are for the ranks, who check them: here nothing depends on them.
  const auto read = topology_ ? topology_->output(sizeof table_->locality, kPatience) : std::nullopt;
  table_->has_topology = !topology_ || (read && read->size() == sizeof table_->locality);
  if (read && table_->has_topology) memcpy(&table_->locality, read->data(), read->size());
  std::vector<Fd> descriptors(kGpuDescriptors);
  Fd table = memory("slipway-gpus", sizeof *table_);
  if (write(table.get(), table_.get(), sizeof *table_) != static_cast<ssize_t>(sizeof *table_)) {
    throw system_error("GPUs", "write");
  }
  seal(table, F_SEAL_WRITE);
  Fd meeting = memory("slipway-meeting", sizeof(gpu::Meeting));
  seal(meeting, 0);
  descriptors[kGpuTable] = std::move(table);
  descriptors[kGpuMeeting] = std::move(meeting);
  return descriptors;
}

}  // namespace slipway
