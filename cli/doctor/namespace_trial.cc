// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor/namespace_trial.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include <memory>
#include <new>

#include "lib/base/error.h"
#include "lib/process/child.h"
#include "lib/process/identity.h"
#include "lib/process/nobody.h"
#include "lib/protocol/wire.h"

namespace slipway::doctor {

namespace {

// Noted before it is made: a filter may kill the process for it.
template <typename Call>
bool make(Attempt& attempt, const char* what, Call call) {
  attempt = {Attempt::kKilled, what, 0};
  if (call()) attempt.state = Attempt::kWorked;
  else attempt = {Attempt::kFailed, what, errno};
  return attempt.state == Attempt::kWorked;
}

// In a namespace without power over it, as AppArmor makes them, this fails.
bool own_mounts() { return mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) == 0; }

// As in helper/rootfs/user_half.cc.
void be_the_user(NamespaceTrial& trial, const Request& request, int socket) {
  Attempt& users = trial.users;
  const auto become_user = [&] { return !take_ids_to_unshare(request) && !make_unshare_effective(); };
  const auto unshare_users = [] { return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0; };
  if (trial.is_roots && !make(users, "becoming a user who keeps CAP_SYS_ADMIN", become_user)) return;
  if (!make(users, "unshare(user and mount namespaces)", unshare_users)) return;
  answer(socket, bytes_of(Go()));
  wait_for_go(socket);
  if (!make(users, "mount(rslave) in the user's namespaces", own_mounts)) return;
  for (size_t i = 0; i < std::size(kUnsharable); ++i) {
    make(trial.others[i], "unshare", [i] { return unshare(kUnsharable[i].flag) == 0; });
  }
}

// As in helper/stage/container.cc. What ends early has noted why.
void be_stage(NamespaceTrial& trial) {
  const auto unshare_mounts = [] { return unshare(CLONE_NEWNS) == 0; };
  if (trial.is_roots && make(trial.roots_mounts, "unshare(mount namespace)", unshare_mounts)) {
    make(trial.roots_mounts, "mount(rslave)", own_mounts);
  }
  Request request;
  request.uid = trial.is_roots ? kNobody : getuid();
  request.gid = trial.is_roots ? kNobody : getgid();
  Child user([&](int socket) { be_the_user(trial, request, socket); });
  Go go;
  user.receive(writable_bytes_of(go), 0);
  const auto write_maps = [&] { return !write_identity_maps(user.pid(), request, false); };
  if (!make(trial.users, "writing the id maps", write_maps)) return;
  user.signal_go();
  user.wait();
}

}  // namespace

NamespaceTrial try_namespaces() {
  // The processes share it: what one of them was doing is known when it is killed.
  const auto unmap = [](void* memory) { munmap(memory, sizeof(NamespaceTrial)); };
  void* const memory =
      mmap(nullptr, sizeof(NamespaceTrial), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw system_error("slipway doctor", "mmap");
  const std::unique_ptr<NamespaceTrial, decltype(unmap)> trial(new (memory) NamespaceTrial, unmap);
  trial->is_roots = geteuid() == 0;
  Child stage([&](int) { be_stage(*trial); });
  stage.wait();
  return *trial;
}

}  // namespace slipway::doctor
