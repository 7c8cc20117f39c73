#include "server/access_keys.h"

#include <boost/beast/core/string.hpp>
#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace temblor {
namespace {

constexpr std::string_view kBearer = "Bearer ";

std::string_view key_of(const HttpHead& head) {
    const std::string_view key = head.header("api-key");
    if (!key.empty()) return key;
    const std::string_view authorization = head.header("Authorization");
    if (authorization.size() > kBearer.size() &&
        boost::beast::iequals(authorization.substr(0, kBearer.size()), kBearer)) {
        return authorization.substr(kBearer.size());
    }
    return {};
}

}  // namespace

AccessKeys::AccessKeys(const std::string& full, const std::string& read_only)
    : full_(digest(full)), read_only_(digest(read_only)) {}

/// Digests have one length, so that comparing takes one time whatever was sent.
std::optional<AccessKeys::Digest> AccessKeys::digest(std::string_view key) {
    if (key.empty()) return std::nullopt;
    Digest digest{};
    SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest.data());
    return digest;
}

AccessKeys::Answer AccessKeys::check(const HttpHead& head, Access access) const {
    if (!are_set() || access == Access::kPublic) return Answer::kAllowed;
    const std::optional<Digest> given = digest(key_of(head));
    if (!given) return Answer::kNoKey;
    const auto is = [&](const std::optional<Digest>& key) {
        return key && CRYPTO_memcmp(given->data(), key->data(), key->size()) == 0;
    };
    if (is(full_)) return Answer::kAllowed;
    if (!is(read_only_)) return Answer::kNoKey;
    return access == Access::kRead ? Answer::kAllowed : Answer::kForbidden;
}

}  // namespace temblor
