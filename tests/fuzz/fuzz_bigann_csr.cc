#include <cstdint>
#include <cstring>
#include <vector>

#include "data/check.h"
#include "data/formats/bigann_csr.h"

// Any bytes, streamed (decompressed when they say so) and as a mapped file: the two readers must
// agree on plain bytes, and what they accept must hold.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace temblor;
    std::vector<uint64_t> aligned(size / sizeof(uint64_t) + 1);
    if (size != 0) std::memcpy(aligned.data(), data, size);
    const auto bytes = std::as_bytes(std::span(aligned)).first(size);

    ReadingProgress mapped_progress(no_progress(), "input", size);
    const auto mapped = view_bigann_csr(nullptr, bytes, ValueRule::kNonNegative, mapped_progress);
    if (mapped.is_ok()) TEMBLOR_CHECK(mapped->validate(ValueRule::kNonNegative).is_ok());

    const auto reader = open_memory_reader("input", bytes);
    if (!reader.is_ok()) return 0;
    ReadingProgress progress(no_progress(), "input", size);
    const auto streamed = read_bigann_csr(**reader, ValueRule::kNonNegative, progress);
    if (streamed.is_ok()) TEMBLOR_CHECK(streamed->validate(ValueRule::kNonNegative).is_ok());
    const bool compressed = size >= 2 && (data[0] == 0x1F || data[0] == 0x28 || data[1] == 0x2A);
    if (!compressed) TEMBLOR_CHECK(mapped.is_ok() == streamed.is_ok());
    return 0;
}
