#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/status.h"

namespace temblor {

/// Tokens and their components, both ways: component c is the c-th token. Stored with an index
/// whose input named components by strings, and by text encoders. Immutable; owned or mapped.
class Vocabulary {
public:
    Vocabulary() = default;

    /// Token i becomes component i. Repeated tokens are an error that names both places.
    static Result<Vocabulary> from_tokens(const std::vector<std::string>& tokens);
    /// Over bytes in the layout of serialize(), which `owner` keeps alive. O(1); offsets are
    /// bounds-checked on use.
    static Result<Vocabulary> from_bytes(std::shared_ptr<const void> owner,
                                         std::span<const std::byte> bytes);

    [[nodiscard]] uint32_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    /// The token of `component`; empty for one outside the vocabulary.
    [[nodiscard]] std::string_view token(uint32_t component) const;
    /// The component of `token`, O(log size) by binary search over the sorted order.
    [[nodiscard]] std::optional<uint32_t> find(std::string_view token) const;

    /// u64 count, u64 offsets[count + 1], u32 components in token order (byte-wise) [count],
    /// padding to 8, characters. Little endian.
    [[nodiscard]] std::vector<std::byte> serialize() const;
    /// Checks offsets and order. O(bytes).
    [[nodiscard]] Status validate() const;

private:
    std::shared_ptr<const void> owner_;
    uint32_t size_ = 0;
    std::span<const uint64_t> offsets_;
    std::span<const uint32_t> sorted_;
    std::string_view characters_;
};

/// Hands out components to tokens in order of first appearance, while documents stream by.
class VocabularyBuilder {
public:
    VocabularyBuilder();
    ~VocabularyBuilder();
    VocabularyBuilder(VocabularyBuilder&&) noexcept;
    VocabularyBuilder& operator=(VocabularyBuilder&&) noexcept;

    uint32_t component_of(std::string_view token);
    [[nodiscard]] uint32_t size() const;
    [[nodiscard]] Result<Vocabulary> finish() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace temblor
