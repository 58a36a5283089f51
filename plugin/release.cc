#include "plugin/release.h"

namespace slipway {

namespace {

// SLURM_API_CURRENT of each release (META in Slurm's sources).
struct Release {
  long api;
  unsigned year, month;
};
constexpr Release kReleases[] = {{36, 20, 11}, {37, 21, 8},  {38, 22, 5}, {39, 23, 2}, {40, 23, 11}, {41, 24, 5},
                                 {42, 24, 11}, {43, 25, 5}, {44, 25, 11}, {45, 26, 5}};
constexpr long kFirstWithContainer = 37;

long current(long api_version) { return api_version >> 16; }

}  // namespace

unsigned release_of_api(long api_version) {
  for (const Release& release : kReleases) {
    if (release.api == current(api_version)) return release.year << 16 | release.month << 8;
  }
  return 0;
}

bool has_native_container(long api_version) { return current(api_version) >= kFirstWithContainer; }

}  // namespace slipway
