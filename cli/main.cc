// slipway: the users' command beside srun --container: builds images, and tells what they, their
// containers and this machine are.
#include <cstdio>
#include <cstring>
#include <exception>

#include "cli/commands.h"
#include "helper/error.h"
#include "plugin/explain_option.h"

namespace {

constexpr int kExitUsage = 2;

constexpr char kUsage[] =
    "usage: slipway build [--comp=zstd|gzip|xz|lz4|lzo|none] [--arch=ARCH] [--force] OUT.sif DIRECTORY|SQUASHFS\n"
    "       slipway inspect [--json] IMAGE\n"
    "       slipway policy [--json] [--user USER] [--partition PARTITION] [--account ACCOUNT] [IMAGE]\n"
    "       slipway doctor [--json|--suggest]\n"
    "       slipway explain [--json] -- srun|sbatch|salloc WORD...\n"
    "       slipway topology [--ranks N] [--cpus-per-rank M] [--distribution block:block|block:cyclic]\n"
    "                        [--gpu-bind order|closest|none] [--xml FILE] [--svg FILE] [--json]\n"
    "       slipway verify [--keyring=FILE] [--key=FILE]... [--json] IMAGE\n"
    "       slipway --version\n"
    "       slipway --help\n"
    "\n"
    "To run a step inside an image: srun --container=IMAGE COMMAND... See slipway(1).\n";

struct Command {
  const char* name;
  int (*run)(const std::vector<std::string>& words);
};
constexpr Command kCommands[] = {{"build", slipway::build_command},
                                 {"doctor", slipway::doctor_command},
                                 {"explain", slipway::explain_command},
                                 {slipway::kExplainParsed, slipway::explain_parsed_command},
                                 {"inspect", slipway::inspect_command},
                                 {"policy", slipway::policy_command},
                                 {"topology", slipway::topology_command},
                                 {"verify", slipway::verify_command}};

int run(const std::string& name, const std::vector<std::string>& words) {
  for (const Command& command : kCommands) {
    if (name == command.name) return command.run(words);
  }
  throw slipway::UsageError("no command " + slipway::printable(name));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "";
  if (name == "--help") {
    fputs(kUsage, stdout);
    return 0;
  }
  if (name == "--version") {
    puts("slipway " PACKAGE_VERSION);
    return 0;
  }
  try {
    if (name.empty()) throw slipway::UsageError("no command given");
    return run(name, std::vector<std::string>(argv + 2, argv + argc));
  } catch (const slipway::UsageError& error) {
    fprintf(stderr, "slipway: %s\n%s", error.what(), kUsage);
    return kExitUsage;
  } catch (const std::exception& error) {
    fprintf(stderr, "slipway: %s\n", error.what());
    return slipway::kExitRefused;
  }
}
