#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/status.h"

namespace temblor {

/// A JSON object a document: what a hit shows of it. Rows are compressed together (zstd, 64 rows a
/// frame), so that reading one costs one small frame. Immutable; owned or mapped.
class Payloads {
public:
    Payloads() = default;

    /// Over bytes in the layout of serialize(), which `owner` keeps alive; sizes checked here in
    /// O(1), frame offsets and contents when a payload is read.
    static Result<Payloads> from_bytes(std::shared_ptr<const void> owner,
                                       std::span<const std::byte> bytes);

    [[nodiscard]] uint64_t count() const { return count_; }
    [[nodiscard]] bool empty() const { return count_ == 0; }
    /// The JSON text of `row`. Errors: kNotFound past count(), kCorruption.
    [[nodiscard]] Result<std::string> json(uint64_t row) const;
    /// The stored bytes (docs/format.md, section payloads).
    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
    /// Decompresses everything. O(bytes).
    [[nodiscard]] Status validate() const;

private:
    friend class PayloadsBuilder;
    std::shared_ptr<const void> owner_;
    std::span<const std::byte> bytes_;
    uint64_t count_ = 0;
};

/// Collects payloads row by row; holds only compressed frames and the frame under way.
class PayloadsBuilder {
public:
    PayloadsBuilder();
    ~PayloadsBuilder();
    PayloadsBuilder(PayloadsBuilder&&) noexcept;
    PayloadsBuilder& operator=(PayloadsBuilder&&) noexcept;

    /// `json` is one JSON object; it is stored as it is.
    void add(std::string_view json);
    [[nodiscard]] uint64_t count() const;
    Result<Payloads> finish();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace temblor
