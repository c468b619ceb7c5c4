#include <algorithm>
#include <array>
#include <cstdlib>

#include "config/file.h"
#include "config/loader.h"

namespace agora_exporter::config {
namespace {

constexpr std::size_t kLargestFile = 1u << 16;
constexpr std::size_t kLongest = 4096;  // a credential, not a key store

Result<std::string> checked(std::string text, const std::string& where) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  if (text.empty()) return failure("the secret is empty", where);
  if (text.size() > kLongest)
    return failure("the secret is longer than 4096 bytes", where, "is this the right file?");
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  if (std::any_of(text.begin(), text.end(), control)) {
    return failure("the secret holds more than one line, or control characters", where,
                   "keep only the secret there");
  }
  return text;
}

}  // namespace

Result<std::string> SecretSource::read() const {
  if (!file.empty()) {
    auto text = read_file(file, kLargestFile, "the secret");
    if (!text) return failure(text.error());
    return checked(std::move(*text), file);
  }
  if (!env.empty()) {
    const char* text = std::getenv(env.c_str());
    if (!text) return failure("the environment variable is not set", env);
    return checked(text, env);
  }
  return checked(value, "");
}

void read_secret_source(const Section& section, const std::string& key, SecretSource& source) {
  const std::array<std::string, 3> keys{key, key + "_file", key + "_env"};
  std::vector<std::string> given;
  for (const std::string& k : keys) {
    if (section.has(k)) given.push_back(k);
  }
  if (given.empty()) {
    section.problem("", key + " is missing", "give " + keys[0] + ", " + keys[1] + " or " + keys[2]);
    return;
  }
  if (given.size() > 1) {
    section.problem(given[1], given[0] + " and " + given[1] + " are both given", "keep one of them");
    return;
  }
  std::string text;
  const std::size_t before = section.problems();
  section.read(given[0], text);
  if (section.problems() != before) return;
  if (text.empty()) {
    section.problem(given[0], given[0] + " is empty");
    return;
  }
  (given[0] == keys[0] ? source.value : given[0] == keys[1] ? source.file : source.env) = text;
  const auto secret = source.read();
  if (!secret) {
    const Error& error = secret.error();
    section.problem(given[0], given[0] + (error.where.empty() ? "" : " " + error.where) + ": " + error.what,
                    error.remedy);
  } else if (key == "customer_id" && secret->find(':') != std::string::npos) {
    // RFC 7617: the user-id of Basic authentication ends at the first colon.
    section.problem(given[0], "customer_id must not hold a colon",
                    "is it customer_id:customer_secret in one?");
  }
}

}  // namespace agora_exporter::config
