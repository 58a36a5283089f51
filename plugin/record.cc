#include "plugin/record.h"

#include <sys/stat.h>
#include <unistd.h>

namespace slipway {

namespace {

constexpr char kSecondStart[] = "SLIPWAY_SECOND_START";

// Source: srun(1) and sbatch(1), INPUT ENVIRONMENT VARIABLES.
std::string variable_of(const std::string& program) {
  if (program == "srun") return "SRUN_CONTAINER";
  if (program == "sbatch") return "SBATCH_CONTAINER";
  return "";
}

bool input_is_a_stream() {
  struct stat status;
  return fstat(STDIN_FILENO, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

}  // namespace

Record::Record(Slurm& slurm)
    : variable_(variable_of(slurm.program())),
      is_second_(slurm.environment(kSecondStart).has_value()),
      input_(lseek(STDIN_FILENO, 0, SEEK_CUR)) {
  slurm.unset_environment(kSecondStart);
}

void Record::show(Slurm& slurm, const std::string& image) const {
  if (is_second_ || variable_.empty()) return;
  if (!slurm.launches_steps() && input_is_a_stream()) return;
  if (input_ >= 0) lseek(STDIN_FILENO, input_, SEEK_SET);
  slurm.start_again({variable_ + "=" + image, std::string(kSecondStart) + "=1"});
}

void Record::take_variable_away(Slurm& slurm) const {
  if (is_second_) slurm.unset_environment(variable_.c_str());
}

}  // namespace slipway
