#include "cli/mpi_description.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include "cli/squashfs_files.h"
#include "helper/error.h"
#include "helper/fd.h"
#include "helper/identity.h"
#include "helper/image_files.h"
#include "helper/image_format.h"
#include "helper/library_search.h"
#include "helper/mpi_library.h"
#include "helper/open_inside.h"
#include "helper/pipe.h"
#include "helper/request.h"

namespace slipway {

namespace {

using nlohmann::json;

constexpr unsigned kSeconds = 30;  // a usual image takes a tenth of one
constexpr size_t kLongestAnswer = 1 << 20;
constexpr uid_t kNobody = 65534;

std::unique_ptr<ImageFiles> files_of(int image, const std::string& name, const struct stat& status) {
  if (S_ISDIR(status.st_mode)) {
    Fd root(fcntl(image, F_DUPFD_CLOEXEC, 0));
    // Else an image that cannot be looked at would seem to be empty.
    if (!open_inside(root, "/", O_RDONLY | O_DIRECTORY)) {
      throw system_error(name, "open", "what root inspects is read as its owner, or as nobody where that is root");
    }
    return std::make_unique<FilesBelow>(std::move(root));
  }
  const RootPartition root = root_partition(image, name);
  if (root.kind == RootKind::kErofs) throw Error("EROFS", "it is read by the kernel only");
  std::unique_ptr<ImageFiles> files = squashfs_files(image, root.offset);
  if (files->names_in("/").empty()) throw Error("squashfs", "its root directory cannot be read, or is empty");
  return files;
}

json describe(const ImageFiles& files, const MpiLibrary& mpi) {
  const auto known = [&](bool has) { return mpi.knows_clients ? json(has) : json(); };
  std::string abi = std::to_string(mpi.major);
  if (mpi.minor >= 0) abi += "." + std::to_string(mpi.minor);
  json types = json::array();
  if (mpi.pmix) types.push_back("pmix");
  // Slurm's mpi/pmi2 answers both protocols; its libpmi asks srun itself.
  if (mpi.pmi2 || (mpi.pmi1 && mpi.talks_pmi_itself)) types.push_back("pmi2");
  if (mpi.pmi1 && !mpi.talks_pmi_itself) types.push_back("none");
  return {{"family", mpi.family},
          {"version", version_of_mpi(files, mpi)},
          {"library", mpi.path},
          {"soname", mpi.soname},
          {"abi", abi},
          {"pmix", known(mpi.pmix)},
          {"pmi2", known(mpi.pmi2)},
          {"pmi1", known(mpi.pmi1)},
          {"pmix_version", version_of_pmix(files, mpi)},
          {"srun_mpi", mpi.knows_clients ? types : json()}};
}

json look(int image, const std::string& name, const struct stat& status) {
  const std::unique_ptr<ImageFiles> files = files_of(image, name, status);
  const LibrarySearch search(*files);
  json found = json::array();
  for (const MpiLibrary& mpi : mpi_libraries_in(*files, search)) found.push_back(describe(*files, mpi));
  return found;
}

// What root looks at, nobody looks at; but in another's directory, that other.
void give_up_rights(const struct stat& status) {
  const rlimit most_seconds{kSeconds, kSeconds};
  if (setrlimit(RLIMIT_CPU, &most_seconds) != 0) throw system_error("container", "setrlimit");
  alarm(kSeconds);
  if (geteuid() != 0) return;
  Request request;
  request.uid = S_ISDIR(status.st_mode) && status.st_uid != 0 ? status.st_uid : kNobody;
  request.gid = kNobody;
  become_user(request);
}

[[noreturn]] void run(int image, const std::string& name, const struct stat& status, int answer) {
  json found;
  try {
    give_up_rights(status);
    found = look(image, name, status);
  } catch (const std::exception& error) {
    found = std::string(error.what());
  }
  const std::string text = found.dump(-1, ' ', true, json::error_handler_t::replace);
  for (size_t done = 0; done < text.size();) {
    const ssize_t size = write(answer, text.data() + done, text.size() - done);
    if (size <= 0) _exit(1);
    done += size;
  }
  _exit(0);
}

std::string read_answer(int answer) {
  std::string text;
  char bytes[4096];
  for (;;) {
    const ssize_t size = read(answer, bytes, sizeof bytes);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0 || text.size() > kLongestAnswer) return text;
    text.append(bytes, size);
  }
}

// The answer is as hostile as the image, should that have taken its reader over.
json checked(const json& answer) {
  if (answer.is_string()) return printable(answer.get<std::string>());
  json found = json::array();
  if (!answer.is_array()) return found;
  for (const json& mpi : answer) {
    if (!mpi.is_object()) continue;
    json description;
    for (const char* key : {"family", "version", "library", "soname", "abi", "pmix_version"}) {
      const auto value = mpi.find(key);
      description[key] = value != mpi.end() && value->is_string() ? printable(value->get<std::string>()) : "";
    }
    for (const char* key : {"pmix", "pmi2", "pmi1"}) {
      const auto value = mpi.find(key);
      description[key] = value != mpi.end() && value->is_boolean() ? *value : json();
    }
    description["srun_mpi"] = nullptr;
    const auto types = mpi.find("srun_mpi");
    if (types != mpi.end() && types->is_array()) {
      description["srun_mpi"] = json::array();
      for (const char* type : {"pmix", "pmi2", "none"}) {
        if (std::find(types->begin(), types->end(), type) != types->end()) description["srun_mpi"].push_back(type);
      }
    }
    found.push_back(std::move(description));
  }
  return found;
}

}  // namespace

json describe_mpi(int image, const std::string& name, const struct stat& status) {
  Pipe pipe = make_pipe();
  const pid_t child = fork();
  if (child < 0) throw system_error(name, "fork");
  if (child == 0) run(image, name, status, pipe.write.get());
  pipe.write.reset();
  const std::string answer = read_answer(pipe.read.get());
  pipe.read.reset();
  int how;
  if (waitpid(child, &how, 0) != child || !WIFEXITED(how) || WEXITSTATUS(how) != 0) {
    return "what read the image was ended: it may be damaged, or have very many files";
  }
  return checked(json::parse(answer, nullptr, false));
}

std::string line_of_mpi(const json& mpi) {
  const auto text = [&](const char* key) { return mpi.value(key, ""); };
  std::string line = text("family");
  if (!text("version").empty()) line += " " + text("version");
  const std::string path = text("library");
  line += " (" + name_of(path) + " in " + directory_of(path) + "): ";
  if (mpi["srun_mpi"].is_null()) return line + "what it can be started by is decided when it runs";
  std::string types;
  for (const json& type : mpi["srun_mpi"]) {
    types += (types.empty() ? "starts under srun --mpi=" : " or --mpi=") + type.get<std::string>();
  }
  line += types.empty() ? "has no client of srun's: each rank would be alone" : types;
  if (!text("pmix_version").empty()) line += "; PMIx " + text("pmix_version");
  return line;
}

}  // namespace slipway
