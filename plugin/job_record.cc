#include "plugin/job_record.h"

#include <optional>
#include <sstream>
#include <string_view>

namespace slipway {

namespace {

constexpr std::string_view kNone = "(null)";

// The word behind `key` on the one line that begins with `line`. Nothing: there is none, or more than one.
std::optional<std::string> word_in(const std::string& record, std::string_view line, std::string_view key) {
  std::optional<std::string> word;
  std::istringstream lines(record);
  for (std::string text; std::getline(lines, text);) {
    if (!text.starts_with(line)) continue;
    if (word) return std::nullopt;
    const size_t at = text.find(key);
    if (at == text.npos) return std::nullopt;
    const size_t start = at + key.size();
    word = text.substr(start, text.find(' ', start) - start);
    if (*word == kNone) word = "";
  }
  return word;
}

}  // namespace

Subject subject_in(const std::string& record, uint32_t job) {
  Subject subject;
  if (!record.starts_with("JobId=" + std::to_string(job) + " ")) return subject;
  subject.partition = word_in(record, "   Partition=", "   Partition=");
  subject.account = word_in(record, "   Priority=", " Account=");
  return subject;
}

}  // namespace slipway
