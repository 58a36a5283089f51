#include "helper/environment_table.h"

#include <algorithm>
#include <optional>

#include "helper/error.h"
#include "helper/text_file.h"

namespace slipway {

namespace {

constexpr char kInstalledTable[] = PKGDATADIR "/environment.conf";
constexpr std::string_view kBlanks = " \t";

// Takes the first word off `line`.
std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(word.size());
  return word;
}

std::optional<EnvironmentRule::Verb> verb_of(std::string_view word) {
  if (word == "drop") return EnvironmentRule::kDrop;
  if (word == "pass") return EnvironmentRule::kPass;
  if (word == "keep") return EnvironmentRule::kKeep;
  if (word == "always") return EnvironmentRule::kAlways;
  return std::nullopt;
}

void add_rules(std::vector<EnvironmentRule>& rules, const std::string& path) {
  const std::string text = text_of_file(path);
  if (text.empty()) {
    throw Error(printable(path), "cannot be read", "ask the admin to install it, or to correct environment=");
  }
  const std::vector<EnvironmentRule> more = rules_of(text, path);
  rules.insert(rules.end(), more.begin(), more.end());
}

}  // namespace

std::vector<EnvironmentRule> rules_of(const std::string& text, const std::string& path) {
  std::vector<EnvironmentRule> rules;
  size_t number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    ++number;
    line = line.substr(0, line.find('#'));
    const std::string_view verb = take_word(line), name = take_word(line);
    if (verb.empty()) continue;
    const auto known = verb_of(verb);
    if (!known || name.empty() || !take_word(line).empty() || name.find('=') != name.npos ||
        name.find('*') < name.size() - 1) {
      throw Error(printable(path) + " line " + std::to_string(number),
                  "is none of \"drop NAME\", \"pass NAME\", \"keep NAME\" and \"always NAME\"",
                  "ask the admin to correct it");
    }
    rules.push_back({*known, std::string(name)});
  }
  return rules;
}

bool keeps(const std::vector<EnvironmentRule>& rules, std::string_view name) {
  return std::any_of(rules.begin(), rules.end(), [&](const EnvironmentRule& rule) {
    if (rule.verb != EnvironmentRule::kKeep) return false;
    return rule.name.ends_with('*') ? name.starts_with(std::string_view(rule.name).substr(0, rule.name.size() - 1))
                                    : name == rule.name;
  });
}

std::vector<EnvironmentRule> read_environment_table(const std::string& own_table) {
  std::vector<EnvironmentRule> rules;
  add_rules(rules, kInstalledTable);
  if (!own_table.empty()) add_rules(rules, own_table);
  return rules;
}

}  // namespace slipway
