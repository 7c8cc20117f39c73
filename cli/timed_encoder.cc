#include "cli/timed_encoder.h"

#include <chrono>

namespace temblor::cli {

Result<SparseVector> TimedEncoder::encode_query(std::string_view text) const {
    const auto start = std::chrono::steady_clock::now();
    auto result = inner_.encode_query(text);
    const auto end = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    microseconds_.push_back(std::chrono::duration<double, std::micro>(end - start).count());
    return result;
}

}  // namespace temblor::cli
