#pragma once

#include <array>
#include <optional>
#include <string>

#include "server/http/http_request.h"
#include "server/http/router.h"

namespace temblor {

/// The keys that requests must carry, in the header `api-key` or as `Authorization: Bearer KEY`.
/// Compared in constant time. Immutable.
class AccessKeys {
public:
    enum class Answer : uint8_t { kAllowed, kNoKey, kForbidden };

    AccessKeys() = default;
    /// Empty texts are no keys. Without any, everything is allowed.
    AccessKeys(const std::string& full, const std::string& read_only);

    [[nodiscard]] bool are_set() const { return full_.has_value() || read_only_.has_value(); }
    [[nodiscard]] Answer check(const HttpHead& head, Access access) const;

private:
    using Digest = std::array<unsigned char, 32>;
    static std::optional<Digest> digest(std::string_view key);

    std::optional<Digest> full_;
    std::optional<Digest> read_only_;
};

}  // namespace temblor
