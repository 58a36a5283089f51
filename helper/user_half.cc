#include "helper/user_half.h"

#include <sched.h>
#include <unistd.h>

#include <cerrno>

#include "enter/privileges.h"
#include "helper/accounts.h"
#include "helper/child.h"
#include "helper/environment_table.h"
#include "helper/error.h"
#include "helper/fuse_mount.h"
#include "helper/identity.h"
#include "helper/image_environment.h"
#include "helper/image_mount.h"
#include "helper/plan.h"
#include "helper/root_tree.h"

namespace slipway {

namespace {

// The user owns both namespaces, since the user's id makes them; CAP_SYS_ADMIN only lets it happen on sites that deny
// it to users.
void unshare_namespaces() {
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
    if (errno == ENOSPC || errno == EUSERS) {
      throw Error("container", "user namespaces are off on this node",
                  "ask the admin to raise the sysctl user.max_user_namespaces (and user.max_mnt_namespaces) above 0");
    }
    throw system_error("container", "unshare(user namespace)",
                       "ask the admin whether this node's kernel or security module forbids user namespaces");
  }
  must(become_undumpable());
}

}  // namespace

void run_user_half(const Request& request, Names names, int socket) {
  become_user_who_can_unshare(request);
  // While root mounts the image.
  const Accounts accounts =
      names == Names::kNameService ? look_up_accounts(request) : accounts_of_environment(request);
  const std::vector<EnvironmentRule> environment = read_environment_table(request.environment_table);
  const bool by_fuse = wait_for_go(socket) == Go::kMountByFuse;
  unshare_namespaces();
  answer(socket, bytes_of(Unshared{}));
  wait_for_go(socket);
  if (chdir(kWorkDirectory) != 0) throw system_error(kWorkDirectory, "chdir");
  if (by_fuse) {
    {
      const FuseMount mounted = mount_fuse(request);
      const int descriptor = mounted.device.get();
      answer(socket, bytes_of(mounted.connection), std::span(&descriptor, 1));
    }
    wait_for_fuse_server(request);
    shield_fuse_mount();
  }
  build_root_tree(request, accounts);

  Plan plan;
  plan.cwd = request.cwd;
  plan.environment = environment;
  for (const char* name : {"SLIPWAY_CONTAINER", "APPTAINER_CONTAINER", "SINGULARITY_CONTAINER"}) {
    plan.set.emplace_back(name, request.image);
  }
  plan.fill.emplace_back("PATH", kDefaultSearchPath);
  const Fd sealed = write_plan(plan);
  const int descriptor = sealed.get();
  answer(socket, bytes_of(Built{has_environment_scripts()}), std::span(&descriptor, 1));
}

}  // namespace slipway
