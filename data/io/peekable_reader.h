#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <span>

#include "data/io/byte_reader.h"
#include "data/status.h"

namespace temblor {

/// A reader whose first bytes can be looked at before they are read.
class PeekableReader final : public ByteReader {
public:
    static constexpr size_t kMostPeeked = 64;

    explicit PeekableReader(std::unique_ptr<ByteReader> inner)
        : ByteReader(inner->path()), inner_(std::move(inner)) {}

    /// The first kMostPeeked bytes, fewer when the stream is shorter. Only before the first read.
    Result<std::span<const std::byte>> peek() {
        TEMBLOR_CHECK(given_ == 0);
        if (peeked_ == 0) {
            TEMBLOR_ASSIGN_OR_RETURN(peeked_, inner_->read(head_));
        }
        return std::span<const std::byte>(head_).first(peeked_);
    }

    Result<size_t> read(std::span<std::byte> out) override {
        const size_t from_head = std::min(out.size(), peeked_ - given_);
        if (from_head != 0) std::memcpy(out.data(), head_.data() + given_, from_head);
        given_ += from_head;
        if (from_head == out.size()) return from_head;
        TEMBLOR_ASSIGN_OR_RETURN(const size_t got, inner_->read(out.subspan(from_head)));
        return from_head + got;
    }
    [[nodiscard]] uint64_t file_position() const override { return inner_->file_position(); }
    [[nodiscard]] uint64_t file_size() const override { return inner_->file_size(); }

private:
    std::unique_ptr<ByteReader> inner_;
    std::array<std::byte, kMostPeeked> head_{};
    size_t peeked_ = 0;
    size_t given_ = 0;
};

}  // namespace temblor
