// SPDX-License-Identifier: BSD-3-Clause
#include "plugin/components.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>
#include <span>
#include <string_view>

#include "lib/base/error.h"

namespace slipway {

namespace {

constexpr char kComponent[] = "component";
constexpr unsigned kMostComponents = 128;  // MAX_HET_JOB_COMPS in Slurm's sources

// The number at the start of `text`, which it is taken from.
std::optional<unsigned> take_number(std::string_view& text) {
  unsigned number = 0;
  const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || number >= kMostComponents) return std::nullopt;
  text.remove_prefix(stop - text.data());
  return number;
}

bool take(std::string_view& text, char expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(1);
  return true;
}

// Nothing: it is an option's.
std::optional<unsigned> component_in(std::string_view part) {
  if (!part.starts_with(kComponent)) return std::nullopt;
  part.remove_prefix(strlen(kComponent));
  if (!take(part, '=')) return std::nullopt;
  const auto number = take_number(part);
  return part.empty() ? number : std::nullopt;
}

Error misplaced(const std::string& part) {
  return Error("container options", printable(part) + " is not where slipway passes it on",
               "leave variables that begin with SLURM_SLIPWAY_ as they are");
}

// "0,2-4", perhaps in brackets; in rising order, as srun goes through them.
std::vector<unsigned> numbers_of(std::string_view list) {
  std::vector<unsigned> numbers;
  take(list, '[');
  do {
    const auto first = take_number(list);
    const auto last = first && take(list, '-') ? take_number(list) : first;
    if (!first || !last) return {};
    for (unsigned number = *first; number <= *last; ++number) numbers.push_back(number);
  } while (take(list, ','));
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

// getopt takes an option's name cut short, with its value behind "=" or in the next word.
bool is_het_group(const std::string& word) { return word.starts_with("--het") || word.starts_with("--pack"); }

std::vector<unsigned> named_by_het_group(std::span<const std::string> words) {
  const auto last = std::find_if(words.rbegin(), words.rend(), is_het_group);
  if (last == words.rend()) return {};
  const auto option = std::prev(last.base());
  const size_t equals = option->find('=');
  if (equals != option->npos) return numbers_of(std::string_view(*option).substr(equals + 1));
  return option + 1 != words.end() ? numbers_of(*(option + 1)) : std::vector<unsigned>();
}

}  // namespace

// A part "component=N" in front of the parts of each.
std::string to_text(const ComponentOptions& components) {
  std::string text;
  for (const auto& [component, values] : components) {
    text += to_text(OptionValues{{kComponent, std::to_string(component)}}) + to_text(values);
  }
  return text;
}

ComponentOptions read_components(const std::string& text) {
  ComponentOptions components;
  OptionValues* options = nullptr;  // of the component whose parts follow
  for (const std::string& part : parts_of_text(text)) {
    if (const auto component = component_in(part)) {
      const auto [there, is_new] = components.emplace(*component, OptionValues());
      if (!is_new) throw misplaced(part);
      options = &there->second;
    } else {
      if (!options) throw misplaced(part);
      add_part(*options, part);
    }
  }
  return components;
}

std::vector<unsigned> components_of_words(const std::vector<std::string>& words) {
  std::vector<unsigned> components;
  unsigned part = 0;
  for (auto begin = words.begin();; ++part) {
    const auto end = std::find(begin, words.end(), ":");
    std::vector<unsigned> named = named_by_het_group({begin, end});
    if (named.empty()) named.push_back(part);
    components.insert(components.end(), named.begin(), named.end());
    if (end == words.end()) return components;
    begin = end + 1;
  }
}

ParsedComponents::Component ParsedComponents::next(const std::vector<std::string>& words, size_t command) {
  command = std::min(begin_ + command, words.size());
  if (named_.empty()) {
    named_ = named_by_het_group(std::span(words).subspan(begin_, command - begin_));
    if (named_.empty()) named_.push_back(part_);
  }
  Component component{named_.front(), command, false};
  named_.erase(named_.begin());
  if (!named_.empty()) return component;
  const auto colon = std::find(words.begin() + command, words.end(), ":");
  component.is_last = colon == words.end();
  begin_ = colon - words.begin();
  ++part_;
  return component;
}

// The components of a heterogeneous job are jobs of their own, which the environment lists. Those of a heterogeneous
// step in an ordinary job differ by the last number in the socket's name only, "SPOOL/NODE_JOB.STEP.COMPONENT"
// (stepd_api.c from 20.11 on).
std::optional<unsigned> served_component(const Slurm& slurm, const std::string& socket) {
  const std::string own_job = std::to_string(slurm.job());
  for (const char* prefix : {"SLURM_JOB_ID_HET_GROUP_", "SLURM_JOB_ID_PACK_GROUP_"}) {
    for (unsigned component = 0; component < kMostComponents; ++component) {
      const auto job = slurm.environment((prefix + std::to_string(component)).c_str());
      if (!job) break;
      if (*job == own_job) return component;
    }
  }
  const std::string step = "_" + own_job + "." + std::to_string(slurm.step()) + ".";
  const size_t at = socket.rfind(step);
  if (at == socket.npos) return std::nullopt;
  std::string_view number = std::string_view(socket).substr(at + step.size());
  return take_number(number);
}

}  // namespace slipway
