#pragma once

#include <mutex>
#include <string_view>
#include <vector>

#include "data/text/text_encoder.h"

namespace temblor::cli {

/// A text encoder that notes how long each query took. Thread-safe as the encoder inside.
class TimedEncoder final : public TextEncoder {
public:
    /// `inner` must outlive this.
    explicit TimedEncoder(const TextEncoder& inner) : inner_(inner) {}

    [[nodiscard]] Result<SparseVector> encode_query(std::string_view text) const override;
    /// Of the queries so far.
    [[nodiscard]] const std::vector<double>& microseconds() const { return microseconds_; }

private:
    const TextEncoder& inner_;
    mutable std::mutex mutex_;
    mutable std::vector<double> microseconds_;
};

}  // namespace temblor::cli
